/** The COPY instruction: copies files from the folder of the Dockerfile to a layer. */
import * as path from "node:path";
import type { ContainerConfig } from "./base";
import type { ContextFiles, ContextNode } from "./contextFiles";
import { type Source, sources } from "./copySources";
import { type DockerfileInstruction, execForm } from "./dockerfile";
import { absolute, variables } from "./imageConfig";
import { DestinationError, type LayerFiles, numericOwner, type Owner, root } from "./layerFiles";
import { largestOwner } from "./tar";
import { expandWord, WordError } from "./words";

export interface CopyContext {
  readonly files: ContextFiles;
  /** Reads a file of the folder. @param size Size in bytes, so that a file that is too large is rejected before it is read */
  readonly read: (path: string, size: number) => Buffer;
  /** Called for each file that is copied. */
  readonly copied: (path: string, bytes: Buffer, mode: number) => void;
}

/** Settings of one COPY instruction. */
interface CopySettings {
  readonly owner: Owner;
  /** The mode of all files and directories. @default - 0755 for directories and executable files, 0644 for other files */
  readonly mode: number | undefined;
}

/**
 * Applies a COPY instruction to a layer.
 * @throws WordError, SourceError or DestinationError
 */
export function copy(
  instruction: DockerfileInstruction,
  config: ContainerConfig,
  escapeChar: string,
  context: CopyContext,
  layer: LayerFiles,
): void {
  const expand = (word: string) => expandWord(word, variables(config), escapeChar);
  const list = execForm(instruction.text) ?? instruction.text.split(/\s+/).filter(Boolean);
  const words = list.map(expand);
  const target = words.at(-1);
  const from = words.slice(0, -1);
  if (target === undefined || from.length === 0) throw new WordError("COPY needs at least one source and a destination.");
  if (words.includes("")) throw new WordError("COPY has an empty argument.");
  const settings = copySettings(instruction, expand);
  const found = from.flatMap((argument) => sources(context.files, argument));
  if (found.length > 1 && !target.endsWith("/")) {
    throw new DestinationError(`COPY has ${found.length} sources, so its destination must be a folder that ends with a slash: ${target}/.`);
  }
  const destination = absolute(config, target);
  const folder = /(^|\/)\.{0,2}$/.test(target) || layer.isDirectory(destination);
  for (const source of found) copySource(source, { destination, folder }, settings, context, layer);
}

function copySource(
  source: Source,
  { destination, folder }: { readonly destination: string; readonly folder: boolean },
  settings: CopySettings,
  context: CopyContext,
  layer: LayerFiles,
): void {
  const node = context.files.get(source.path);
  if (node !== undefined && node.kind !== "directory") {
    copyNode(source.path, node, folder ? path.posix.join(destination, source.name) : destination, settings, context, layer);
    return;
  }
  layer.addDirectory(destination, 0o755, settings.owner);
  const prefix = source.path === "" ? "" : `${source.path}/`;
  for (const [file, inner] of context.files) {
    if (file.startsWith(prefix)) copyNode(file, inner, path.posix.join(destination, file.slice(prefix.length)), settings, context, layer);
  }
}

function copyNode(
  file: string,
  node: ContextNode,
  target: string,
  { owner, mode }: CopySettings,
  context: CopyContext,
  layer: LayerFiles,
): void {
  switch (node.kind) {
    case "directory":
      layer.addDirectory(target, mode ?? 0o755, owner);
      break;
    case "symlink":
      layer.add(target, 0o777, owner, { kind: "symlink", target: node.target });
      break;
    case "file": {
      const bytes = context.read(file, node.size);
      const fileMode = mode ?? (node.executable ? 0o755 : 0o644);
      layer.add(target, fileMode, owner, { kind: "file", bytes });
      context.copied(file, bytes, fileMode);
      break;
    }
    case "special":
      throw new DestinationError(`${file} is a socket, pipe or device. A layer contains files, folders and symbolic links.`);
    default:
      node satisfies never;
  }
}

function copySettings({ flags }: DockerfileInstruction, expand: (word: string) => string): CopySettings {
  const chown = flags.find(({ name }) => name === "chown");
  const chmod = flags.find(({ name }) => name === "chmod");
  return {
    owner: chown === undefined ? root : chownOwner(expand(chown.value ?? "")),
    mode: chmod === undefined ? undefined : octalMode(expand(chmod.value ?? "")),
  };
}

function chownOwner(value: string): Owner {
  const owner = numericOwner(value);
  if (owner === undefined)
    throw new WordError(`--chown=${value} is not supported in a layer. Use numbers up to ${largestOwner}: --chown=2000:0.`);
  return owner;
}

function octalMode(value: string): number {
  if (!/^[0-7]{3,4}$/.test(value)) throw new WordError(`--chmod=${value} is not supported in a layer. Use an octal number: --chmod=755.`);
  return Number.parseInt(value, 8);
}
