/** Debian's `docker-registry` (the reference implementation of the OCI distribution specification) as a registry for one suite. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";

/** A request in the registry's access log. */
export interface RegistryRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly status: number;
}

export interface DockerRegistry {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** All requests so far, in order. */
  requests(): Promise<RegistryRequest[]>;
  /** Requests that change the contents: all except GET and HEAD. */
  writes(): Promise<RegistryRequest[]>;
  /** Ends the process and deletes the contents. */
  close(): Promise<void>;
}

export interface DockerRegistryOptions {
  /** Line of an htpasswd file with a bcrypt hash. The registry then requires this user. @default - no authentication */
  readonly htpasswd?: string;
}

const program = "docker-registry";
/** Path of the requests that mark the end of the log. */
const mark = "/end-of-log-";

/** Starts a registry on a free port of 127.0.0.1 with an empty temporary folder. */
export async function startDockerRegistry({ htpasswd }: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-registry-"));
  const users = path.join(folder, "htpasswd");
  if (htpasswd !== undefined) fs.writeFileSync(users, `${htpasswd}\n`, { mode: 0o600 });
  const settings = {
    version: "0.1",
    log: { accesslog: { disabled: false }, level: "info", formatter: "json" },
    storage: { filesystem: { rootdirectory: path.join(folder, "data") }, delete: { enabled: true } },
    http: { addr: "127.0.0.1:0" },
    ...(htpasswd === undefined ? {} : { auth: { htpasswd: { realm: "moor", path: users } } }),
  };
  const file = path.join(folder, "config.json");
  // JSON is YAML.
  fs.writeFileSync(file, JSON.stringify(settings));
  const child = spawn(program, ["serve", file], { stdio: ["ignore", "pipe", "pipe"] });
  // Otherwise it would outlive a test run that ends before `close`.
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const logged: RegistryRequest[] = [];
  const lines = readline.createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const request = accessOf(line);
    if (request && !request.path.startsWith(mark)) logged.push(request);
  });
  const url = `http://${await addressOf(child)}`;
  let marks = 0;
  // The registry writes a line after it has answered the request, so this waits for the line of one more request.
  const requests = async () => {
    const marked = `${mark}${++marks}`;
    const seen = new Promise<void>((resolve) => {
      const watch = (line: string) => {
        if (accessOf(line)?.path !== marked) return;
        lines.off("line", watch);
        resolve();
      };
      lines.on("line", watch);
    });
    await fetch(url + marked);
    await seen;
    return [...logged];
  };
  return {
    url,
    requests,
    writes: async () => (await requests()).filter(({ method }) => !["GET", "HEAD"].includes(method)),
    async close() {
      process.off("exit", end);
      const ended = once(child, "exit");
      if (child.exitCode === null && child.signalCode === null) {
        end();
        await ended;
      }
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The registry logs the port that the system assigned. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const read = (line: string) => {
      said += `${line}\n`;
      const [, address] = /listening on (127\.0\.0\.1:\d+)/.exec(line) ?? [];
      if (address) resolve(address);
    };
    readline.createInterface({ input: child.stderr! }).on("line", read);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${program} ended with exit code ${code}:\n${said}`)));
  });
}

/** A line of the access log is in Apache's combined format: `127.0.0.1 - - [time] "GET /v2/ HTTP/1.1" 200 2 "" "client"`. */
function accessOf(line: string): RegistryRequest | undefined {
  const [, method, target, status] = /"([A-Z]+) (\S+) HTTP\/[\d.]+" (\d{3}) /.exec(line) ?? [];
  return method && target && status ? { method, path: target.split("?")[0]!, status: Number(status) } : undefined;
}
