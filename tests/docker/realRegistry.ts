/** Debian's docker-registry on loopback, with its own storage. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { digestOf } from "./fakeRegistry";

export interface RealRegistry {
  readonly host: string;
  /** `<method> <path>` of each request so far. */
  calls(): string[];
  /** Adds a blob to a repository. */
  upload(repository: string, content: Buffer): Promise<void>;
  stop(): Promise<void>;
}

const settings = (storage: string) => `version: 0.1
log: { level: info, formatter: json, accesslog: { disabled: false } }
storage: { filesystem: { rootdirectory: ${storage} } }
http: { addr: "127.0.0.1:0" }
`;

async function startRegistry(): Promise<RealRegistry> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-registry-"));
  const file = path.join(folder, "config.yml");
  fs.writeFileSync(file, settings(path.join(folder, "data")));
  const child = spawn("docker-registry", ["serve", file], { env: { PATH: process.env.PATH }, stdio: ["ignore", "pipe", "pipe"] });
  const requests: string[] = [];
  const host = await new Promise<string>((resolve, reject) => {
    readLines(child, (line) => {
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address) resolve(address);
      const [, method, target] = /"(GET|HEAD|POST|PUT|PATCH) (\/v2\/[^ ?"]*)/.exec(line) ?? [];
      if (method) requests.push(`${method} ${target}`);
    });
    child.once("exit", (code) => reject(new Error(`docker-registry ended with ${code}.`)));
  });
  return {
    host,
    calls: () => [...requests],
    upload: (repository, content) => upload(`http://${host}/v2/${repository}`, content),
    stop: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readLines(child: ChildProcess, read: (line: string) => void): void {
  for (const stream of [child.stdout!, child.stderr!]) {
    let rest = "";
    stream.on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      lines.forEach(read);
    });
  }
}

async function upload(repository: string, content: Buffer): Promise<void> {
  const started = await fetch(`${repository}/blobs/uploads/`, { method: "POST" });
  const target = new URL(started.headers.get("location")!);
  target.searchParams.set("digest", digestOf(content));
  const stored = await fetch(target, { method: "PUT", body: new Uint8Array(content) });
  if (stored.status !== 201) throw new Error(`The blob was not stored: ${stored.status}.`);
}

/** Declares tests that require docker-registry. Without it, one test reports that, and fails if CI is set. */
export function describeWithRegistry(proof: string, tests: (start: () => Promise<RealRegistry>) => void): void {
  if (spawnSync("docker-registry", ["--version"]).status === 0) {
    describe(proof, () => tests(startRegistry));
    return;
  }
  test(`not proved: ${proof}`, () => {
    const sentence = `That ${proof} remains unproved: docker-registry is not installed.`;
    if (process.env.CI) throw new Error(sentence);
    console.warn(sentence);
  });
}
