import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { type Platform, startPlatform } from "../clients/platform";
import { Container } from "./container";
import { refusedStatus } from "./conversation";
import { type Access, createEndpoints } from "./endpoints";
import { type Installation, install } from "./installation";
import { type Served, served } from "./served";
import { type Staged, stage } from "./staged";

/**
 * Serves small real models with real vLLM behind the local Azure, one after another: staged weights, the entrypoint of the image, the scoring
 * proxy, and OpenAI's client with a key and with Microsoft Entra ID. Then changes a byte of the weights of the last one.
 * @throws Error if anything differs from what is expected
 */
export async function serveWithVllm(report: (line: string) => void): Promise<void> {
  const began = performance.now();
  const installation = install(report);
  report(
    `${installation.python}, ${os.cpus()[0]?.model ?? "unknown processor"}, ${os.availableParallelism()} cores; ${new Date().toISOString()}`,
  );
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-vllm-"));
  const port = await freePort();
  const platform = await startPlatform({ backends: { "*": `http://127.0.0.1:${port}` } });
  try {
    for (const [index, model] of served.entries()) {
      const files = installation.models[model.name];
      const staged = await stage(platform, model.id, files, path.join(home, model.name), report, model.adapters(installation));
      report(`Staged ${model.id}: ${staged.files.length} files, ${bytesOf(staged)} bytes, ${staged.manifest}`);
      const setup: Setup = { installation, home, port, model, staged };
      await serve(platform, setup, report);
      if (index === served.length - 1) await refuseChangedByte(setup, report);
    }
  } finally {
    await platform.close();
    fs.rmSync(home, { recursive: true, force: true });
  }
  report(`Passed in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

interface Setup {
  readonly installation: Installation;
  readonly home: string;
  readonly port: number;
  readonly model: Served;
  readonly staged: Staged;
}

async function serve(platform: Platform, setup: Setup, report: (line: string) => void): Promise<void> {
  const container = new Container(variablesOf(setup));
  try {
    const seconds = await container.ready(`http://127.0.0.1:${setup.port}/health`);
    for (const line of container.lines()) report(`  ${line.replaceAll(setup.home, "<folder>")}`);
    report(`vLLM is ready after ${seconds.toFixed(0)} s`);
    const { key, entra } = await createEndpoints(platform, setup.model.name, {
      // A size with a GPU, which the local Azure requires for the image.
      instanceType: "Standard_NC24ads_A100_v4",
      model: setup.staged.modelVersion,
      environmentVariables: deploymentVariables(setup),
    });
    await ask("a key", setup.model, key, 401, report);
    await ask("a token of Microsoft Entra ID", setup.model, entra, 403, report);
  } finally {
    report(`After SIGTERM, the entrypoint ended with exit code ${await container.stop()}`);
  }
}

/** @param refused Status for a wrong credential */
async function ask(what: string, model: Served, { baseURL, credential, wrong }: Access, refused: number, report: (line: string) => void) {
  const status = await refusedStatus(baseURL, wrong);
  if (status !== refused) throw new Error(`A wrong credential was rejected with ${status} instead of ${refused}.`);
  report(`OpenAI's client with ${what} (${status} for a wrong one):`);
  for (const line of await model.ask(baseURL, credential)) report(`  ${line}`);
}

async function refuseChangedByte(setup: Setup, report: (line: string) => void): Promise<void> {
  const { folder, mounted, files } = setup.staged;
  const { path: name, size } = files.find((file) => file.path.endsWith(".safetensors"))!;
  const at = Math.floor(size / 2);
  const changed = path.join(folder, name);
  flipByte(changed, at);
  report(`Changed byte ${at} of ${name}`);
  const container = new Container(variablesOf(setup));
  const code = await container.exit;
  report(`  ${container.output().trimEnd()}`);
  report(`  exit code ${code}`);
  if (code !== 65 || !container.output().startsWith(`moor: The file ${path.relative(mounted, changed)} was changed`)) {
    throw new Error("The changed file was not refused.");
  }
}

/** The variables that Moor sets in the deployment. */
function deploymentVariables({ port, model, staged }: Setup): Record<string, string> {
  return {
    MOOR_MANIFEST: staged.manifest,
    MOOR_SERVED_MODEL_NAME: model.id,
    VLLM_ARGS: JSON.stringify([...model.args, "--host", "127.0.0.1", "--enforce-eager", "--port", String(port)]),
  };
}

/** All variables of the container. */
function variablesOf(setup: Setup): Record<string, string> {
  return {
    ...deploymentVariables(setup),
    ...setup.installation.environment,
    AZUREML_MODEL_DIR: setup.staged.mounted,
    MOOR_CACHE_DIR: path.join(setup.home, "cache"),
    PYTHONUNBUFFERED: "1",
    // GiB.
    VLLM_CPU_KVCACHE_SPACE: "1",
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}

function flipByte(file: string, at: number): void {
  const handle = fs.openSync(file, "r+");
  const byte = Buffer.alloc(1);
  fs.readSync(handle, byte, 0, 1, at);
  byte[0]! ^= 1;
  fs.writeSync(handle, byte, 0, 1, at);
  fs.closeSync(handle);
}

function bytesOf({ files }: Staged): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
