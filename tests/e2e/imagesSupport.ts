/** The stack dev with two real registries: one behind the registries of the local Azure, and one outside that only `importImage` reaches. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { exitCode } from "../../cli/pulumiProcess";
import { outputOf } from "../support/childOutput";
import { type DockerRegistry, type DockerRegistryOptions, startDockerRegistry } from "../support/dockerRegistry";
import { pushStandInBase, type StandInBase, saveBase, standInBase } from "../support/standInBase";
import { cloneProgram } from "./clone";
import { quick } from "./quick";
import { endpointOf, type Serving, serving } from "./rolloutSupport";
import { type Change, openSandbox, type Run, type Sandbox } from "./sandbox";

const api = "2025-12-01";

/** Repository of the stand-in base in the outside registry, which has the host name `docker.io`. */
export const outsideRepository = "vllm/vllm-openai";

export interface ImageSandbox extends Sandbox {
  /** Has the contents of the registries of the local Azure. */
  readonly registry: DockerRegistry;
  /** The registry outside Azure. */
  readonly outside: DockerRegistry;
  readonly base: StandInBase;
  /** Writes the stack file of dev in the folder of the program. */
  set(changes: readonly Change[]): void;
  /** Runs a command line in the folder of the program, as its user would. */
  shell(line: string, environment?: NodeJS.ProcessEnv): Promise<Run>;
}

export interface ImageSandboxOptions {
  /** Settings of the registry outside Azure. */
  readonly outside?: DockerRegistryOptions;
  /** Authorization header with which the stand-in base is pushed there. */
  readonly authorization?: string;
  /** Whether each run starts a process for the program, as without tests. @default false: see `quick` */
  readonly own?: boolean;
}

/** Opens a local Azure, a clone of the program whose Dockerfiles have a small base, and both registries. */
export async function openImageSandbox(options: ImageSandboxOptions = {}): Promise<ImageSandbox> {
  const [registry, outside, base] = [await startDockerRegistry(), await startDockerRegistry(options.outside), await standInBase()];
  await pushStandInBase(base, outside.url, outsideRepository, options.authorization);
  const folder = cloneProgram();
  useBase(base, path.join(folder, "docker", "vllm"));
  // `checked`: a deployment whose image isn't in the registry fails.
  const own = { registry: registry.url, outsideRegistries: { "docker.io": outside.url }, arm: { dataPlane: "checked" } } as const;
  const opened = await openSandbox(own, undefined, folder);
  const sandbox = options.own ? opened : quick(opened);
  return {
    ...sandbox,
    registry,
    outside,
    base,
    set: (changes) => fs.copyFileSync(sandbox.edit("dev", changes), path.join(folder, "Pulumi.dev.yaml")),
    shell: (line, environment) => shell(line, folder, { ...sandbox.environment, ...environment }),
    async close() {
      await sandbox.close();
      await registry.close();
      await outside.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Replaces the base image of a Dockerfile, and saves its manifest and configuration. */
function useBase(base: StandInBase, folder: string): void {
  const file = path.join(folder, "Dockerfile");
  const text = fs.readFileSync(file, "utf8");
  const changed = text.replace(/^ARG BASE=.*$/m, `ARG BASE=docker.io/${outsideRepository}@${base.digest}`);
  if (changed === text) throw new Error(`${file} has no ARG BASE`);
  fs.writeFileSync(file, changed);
  saveBase(base, folder);
}

async function shell(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Run> {
  const child = spawn("sh", ["-c", line], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const output = outputOf(child);
  return { code: await exitCode(child), output: output() };
}

/** Changes a byte of the image. */
export function touchEntrypoint({ folder }: Sandbox, comment: string): void {
  fs.appendFileSync(path.join(folder, "docker", "vllm", "entrypoint.sh"), `# ${comment}\n`);
}

/** The images of the environment versions in Azure, sorted: `<login server>/<repository>@<digest>`. */
export async function environmentImages(sandbox: Sandbox): Promise<string[]> {
  const ids = sandbox.resources().filter((id) => /\/environments\/[^/]+\/versions\/[^/]+$/.test(id));
  const shown = await Promise.all(ids.map(async (id) => (await sandbox.arm("GET", id, api)).json()));
  return shown.map((one) => (one as { properties: { image: string } }).properties.image).sort();
}

/** The digest that the registry returns for an image of an environment version, computed from the bytes of the manifest. */
export async function digestInRegistry(sandbox: Sandbox, image: string): Promise<string> {
  const response = await readRegistry(sandbox, manifestPath(image));
  if (!response.ok) throw new Error(`${image}: ${response.status} ${await response.text()}`);
  return `sha256:${createHash("sha256")
    .update(new Uint8Array(await response.arrayBuffer()))
    .digest("hex")}`;
}

/** The path of the manifest of `<login server>/<repository>@<digest>`, for `readRegistry`. */
export function manifestPath(image: string): string {
  const [, repository, reference] = /^([^@]+)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  if (reference === undefined) throw new Error(`${image} has no digest`);
  return `${repository}/manifests/${reference}`;
}

const accepted = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

/** Reads from a registry of the local Azure. @param target `<login server>/<repository>/…` */
export function readRegistry({ azure }: Sandbox, target: string): Promise<Response> {
  return fetch(`http://${azure.imagesAddress}/v2/${target}`, { headers: { accept: accepted.join(", ") } });
}

/** What was sent to publish images: calls of Azure Resource Manager, and writes to the registry. */
export interface Sent {
  readonly arm: readonly string[];
  readonly registry: readonly string[];
}

export async function sentImages({ requests, registry }: ImageSandbox): Promise<Sent> {
  const calls = requests().filter(
    ({ method, path: target }) =>
      (method === "POST" && /\/(importImage|scheduleRun)\?/.test(target)) ||
      (!["GET", "HEAD"].includes(method) && /^\/data\/[^/]+\/v2\//.test(target)),
  );
  return {
    arm: calls.map(({ method, path: target, status }) => `${method} ${target.split("?")[0]} ${status}`),
    registry: (await registry.writes()).map(({ method, path: target, status }) => `${method} ${target} ${status}`),
  };
}

/** Each successful write of a manifest to the registry: its path. */
export async function writtenManifests({ registry }: ImageSandbox): Promise<string[]> {
  const written = (await registry.writes()).filter(({ method, status }) => method === "PUT" && status === 201);
  return written.map(({ path: target }) => target).filter((target) => target.includes("/manifests/"));
}

/** All requests to both registries, as a number. */
export async function registryRequests({ registry, outside }: ImageSandbox): Promise<number> {
  return (await registry.requests()).length + (await outside.requests()).length;
}

/** Sends a chat request to the endpoint of dev with its key. @returns the status and the text of the answer */
export async function askChat(sandbox: Sandbox): Promise<{ status: number; text: string }> {
  const id = await endpointOf(sandbox);
  const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, api)).json()) as { primaryKey: string };
  const response = await fetch(`${sandbox.azure.frontdoorUrl}/${path.posix.basename(id)}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys.primaryKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "chat", messages: [{ role: "user", content: "hello" }] }),
  });
  const text = await response.text();
  return { status: response.status, text: response.ok ? text : `${text}\n${await servingState(sandbox, id)}` };
}

/** The traffic of an endpoint and the states of its deployments in Azure Resource Manager, for the message of a failed test. */
async function servingState(sandbox: Sandbox, id: string): Promise<string> {
  const read = async (path: string) => (await sandbox.arm("GET", path, api)).json();
  const { properties } = (await read(id)) as { properties: object };
  const { value } = (await read(`${id}/deployments`)) as { value: { name: string; properties: { provisioningState: string } }[] };
  const states = value.map(({ name, properties: { provisioningState } }) => `${name} ${provisioningState}`);
  return `${JSON.stringify(properties)}; deployments: ${states.join(", ") || "none"}`;
}

/** The writes of deployments and of traffic, in order: `create main-…`, `traffic {…}`, `delete main-…`. */
export function servingWrites(sandbox: Sandbox): string[] {
  return sandbox
    .requests()
    .filter(({ status }) => status < 300)
    .flatMap(({ method, path: target, body }) => {
      const [, name] = /\/onlineEndpoints\/[^/]+\/deployments\/([^/?]+)\?/.exec(target) ?? [];
      if (name !== undefined && method === "PUT") return [`create ${name}`];
      if (name !== undefined && method === "DELETE") return [`delete ${name}`];
      if (method !== "PUT" || !/\/deployments\/moor-traffic-[^/?]+\?/.test(target)) return [];
      return [`traffic ${JSON.stringify(trafficOf(body))}`];
    });
}

function trafficOf(body: unknown): Readonly<Record<string, number>> {
  const { resources } = (body as { properties: { template: { resources: { properties: { traffic: Record<string, number> } }[] } } })
    .properties.template;
  return resources[0]!.properties.traffic;
}

/** Runs `up`. @returns its output @throws Error if it fails */
export async function up(sandbox: Sandbox): Promise<string> {
  const { code, output } = await sandbox.run("up", "dev");
  if (code !== 0) throw new Error(`up failed:\n${output}`);
  return output;
}

/** Expects that a second preview and a second `up` change nothing, and that nothing is sent for images. */
export async function expectNothingMore(sandbox: ImageSandbox): Promise<void> {
  const before = await sentImages(sandbox);
  for (const verb of ["preview", "up"]) {
    const { code, output } = await sandbox.run(verb, "dev", { args: ["--expect-no-changes", "--diff"] });
    expect({ verb, code, output }).toMatchObject({ code: 0 });
  }
  expect(await sentImages(sandbox)).toEqual(before);
}

/** Changes a byte of the image and expects new deployments next to the old ones, then their traffic, then the deletion of the old ones. */
export async function expectRollout(sandbox: ImageSandbox): Promise<void> {
  const [before, images, count] = [await serving(sandbox), await environmentImages(sandbox), servingWrites(sandbox).length];
  touchEntrypoint(sandbox, "changed");
  await up(sandbox);
  const after = await serving(sandbox);
  expect(after.deployments).toHaveLength(before.deployments.length);
  expect(after.deployments.filter((name) => before.deployments.includes(name))).toEqual([]);
  expect(Object.values(after.traffic).sort()).toEqual(Object.values(before.traffic).sort());
  const writes = servingWrites(sandbox).slice(count);
  const each = (verb: string, { deployments }: Serving) => deployments.map((name) => `${verb} ${name}`);
  const traffic = writes.findIndex((line) => line.startsWith("traffic"));
  expect(writes.slice(0, traffic).sort()).toEqual(each("create", after));
  expect(writes.slice(traffic + 1).sort()).toEqual(each("delete", before));
  const changed = await environmentImages(sandbox);
  expect(changed.filter((image) => images.includes(image))).toEqual([]);
  expect(await Promise.all(changed.map((image) => digestInRegistry(sandbox, image)))).toEqual(changed.map((image) => image.split("@")[1]));
}
