import * as path from "node:path";
import { isRecord } from "./names";

/** A script that a task runs with python3. */
export interface ScriptStep {
  readonly kind: "script";
  /** Arguments of python3, with the path of the script in the container first. */
  readonly args: readonly string[];
  readonly mounts: readonly { readonly volume: string; readonly path: string }[];
  readonly timeoutSeconds: number;
}

export interface BuildStep {
  readonly kind: "build";
  readonly args: readonly string[];
  readonly timeoutSeconds: number;
}

export interface PushStep {
  readonly kind: "push";
  readonly images: readonly string[];
}

export type TaskStep = ScriptStep | BuildStep | PushStep;

export interface TaskFile {
  /** Contents of files, by volume and file name. */
  readonly volumes: ReadonlyMap<string, ReadonlyMap<string, Buffer>>;
  readonly steps: readonly TaskStep[];
}

/** A task that the local Azure can't run. The message goes to the log of the run. */
export class UnsupportedTask extends Error {
  override readonly name = "UnsupportedTask";
}

/** Seconds. Source: Azure docs, container-registry/container-registry-tasks-reference-yaml, `stepTimeout`. */
const defaultTimeout = 600;

/**
 * Reads a task file. Supported are `build` and `push` steps, and `cmd` steps with the entry point python3.
 * Source of the format: Azure docs, container-registry/container-registry-tasks-reference-yaml, and the source of Azure/acr-builder.
 * @param registry Address that replaces `$Registry` and `{{.Run.Registry}}`
 * @throws UnsupportedTask
 */
export function readTask(file: unknown, registry: string): TaskFile {
  if (!isRecord(file) || !Array.isArray(file.steps) || file.steps.length === 0) throw new UnsupportedTask("The task file has no steps.");
  const general = secondsOf(file.stepTimeout) ?? defaultTimeout;
  const expand = (text: string) => text.replace(/\{\{\s*\.Run\.Registry\s*\}\}|\$\{Registry\}|\$Registry\b/g, registry);
  return {
    volumes: volumesOf(file.volumes),
    steps: file.steps.map((step, index) => stepOf(step, `Step ${index + 1}`, general, expand)),
  };
}

function volumesOf(volumes: unknown): TaskFile["volumes"] {
  if (volumes === undefined) return new Map();
  if (!Array.isArray(volumes)) throw new UnsupportedTask("The volumes of the task file must be a list.");
  return new Map(
    volumes.map((volume: unknown) => {
      const { name, secret } = isRecord(volume) ? volume : {};
      if (typeof name !== "string" || !isRecord(secret)) throw new UnsupportedTask("Each volume must have a name and a secret with files.");
      return [name, new Map(Object.entries(secret).map(([file, content]) => [fileName(file), decoded(file, content)]))];
    }),
  );
}

function fileName(name: string): string {
  if (/^[\w.-]+$/.test(name) && !/^\.+$/.test(name)) return name;
  throw new UnsupportedTask(`The volume file '${name}' must be a file name of letters, digits, '.', '_' and '-'.`);
}

function decoded(file: string, content: unknown): Buffer {
  if (typeof content === "string" && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) return Buffer.from(content, "base64");
  throw new UnsupportedTask(`The volume file '${file}' must be Base64.`);
}

function stepOf(step: unknown, what: string, general: number, expand: (text: string) => string): TaskStep {
  if (!isRecord(step)) throw new UnsupportedTask(`${what} must be an object.`);
  const timeoutSeconds = secondsOf(step.timeout) ?? general;
  if (typeof step.build === "string") return { kind: "build", args: words(expand(step.build)), timeoutSeconds };
  if (Array.isArray(step.push)) return { kind: "push", images: step.push.map((image) => expand(String(image))) };
  if (typeof step.cmd !== "string") throw new UnsupportedTask(`${what} has none of cmd, build and push.`);
  const program = step.entryPoint === undefined ? "the entry point of its image" : String(step.entryPoint);
  if (!/^(?:\/usr\/bin\/|\/usr\/local\/bin\/)?python3$/.test(program))
    throw new UnsupportedTask(
      `${what} runs ${program}. The local Azure runs no containers. It supports only cmd steps with entryPoint: python3.`,
    );
  const [, ...args] = words(expand(step.cmd));
  if (args.length === 0) throw new UnsupportedTask(`${what} has no script.`);
  return { kind: "script", args, mounts: mountsOf(step.volumeMounts, what), timeoutSeconds };
}

function mountsOf(mounts: unknown, what: string): ScriptStep["mounts"] {
  if (mounts === undefined) return [];
  if (!Array.isArray(mounts)) throw new UnsupportedTask(`The volumeMounts of ${what} must be a list.`);
  return mounts.map((mount: unknown) => {
    const { name, mountPath } = isRecord(mount) ? mount : {};
    if (typeof name !== "string" || typeof mountPath !== "string" || !path.posix.isAbsolute(mountPath))
      throw new UnsupportedTask(`Each volumeMount of ${what} must have a name and an absolute mountPath.`);
    return { volume: name, path: path.posix.normalize(mountPath).replace(/\/+$/, "") };
  });
}

function secondsOf(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

/** Splits a command at spaces outside quotation marks. */
function words(command: string): string[] {
  const found = command.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g);
  return [...found].map(([word]) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
      (double ?? single ?? "").replace(/\\(.)/g, "$1"),
    ),
  );
}
