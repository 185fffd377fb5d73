/** Builds images with buildah and runs them in containers, with storage of its own. Requires root. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { outputOf } from "../support/childOutput";

export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
}

export interface RunOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** A folder that is mounted at /mnt, read-only. */
  readonly mount?: string;
}

export interface Container {
  readonly exit: Promise<number | null>;
  /** The lines of the output so far. */
  output(): string;
  /** Waits until the output contains a text. */
  waitFor(text: string): Promise<void>;
  /** Sends SIGTERM to the container's first process. */
  terminate(): void;
  /** Sends a request to a port of the container. */
  request(port: number, path: string, body?: string): { readonly status: number; readonly body: string };
}

/**
 * $1 is the root, $2 the folder to mount at /mnt or an empty text, $3 the user. The root is read-only for the kernel, and the container has
 * its own process IDs and its own network with loopback only.
 */
const contain = `
mount --make-rprivate /
mount --bind "$1" "$1"
if [ -n "$2" ]; then mount --bind -o ro "$2" "$1/mnt"; fi
mount -o remount,bind,ro "$1"
mount --rbind /dev "$1/dev"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$1/dev/shm"
mount -t proc proc "$1/proc"
ip link set lo up
root=$1 user=$3
shift 3
exec chroot --userspec="$user" --groups= "$root" env -i "$@"
`;

const client = `
import sys, urllib.request, urllib.error
url, body = sys.argv[1], sys.argv[2].encode() or None
try:
    answer = urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=10)
except urllib.error.HTTPError as error:
    answer = error
except OSError:
    sys.exit("0")
print(answer.status)
print(answer.read().decode())
`;

export class Containers {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-containers-"));
  private readonly storage = ["--root", path.join(this.folder, "storage"), "--runroot", path.join(this.folder, "run")];
  private readonly running: ChildProcess[] = [];

  /** Makes an image of an archive of files. */
  base(archive: string, tag: string): void {
    const container = this.buildah("from", "scratch");
    this.buildah("add", "--quiet", container, archive, "/");
    this.buildah("commit", "--quiet", "--rm", container, tag);
  }

  /** Builds an image. The second result is the output of a failed build. @param options Options of buildah before the context */
  build(context: string, base: string, tag: string, ...options: string[]): { readonly built: boolean; readonly output: string } {
    const settings = ["--quiet", "--pull-never", "--isolation", "chroot", "--build-arg", `BASE=${base}`, "--tag", tag];
    const { status, stdout, stderr } = this.run(["build", ...settings, ...this.pipSettings(), ...options, context]);
    return { built: status === 0, output: stdout + stderr };
  }

  config(tag: string): ImageConfig {
    return JSON.parse(this.buildah("inspect", "--type", "image", tag)).OCIv1.config;
  }

  /** Path of the files of a new container. */
  mount(tag: string): string {
    return this.buildah("mount", this.buildah("from", "--pull-never", tag));
  }

  /** Starts the image's entrypoint in a container. */
  start(tag: string, { variables = {}, mount = "" }: RunOptions = {}): Container {
    const root = this.mount(tag);
    const { Env, Entrypoint, WorkingDir, User } = this.config(tag);
    const environment = [...Env, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
    const program = ["-C", WorkingDir || "/", ...environment, ...Entrypoint];
    const namespaces = ["--mount", "--pid", "--net", "--fork", "--kill-child"];
    const child = spawn("unshare", [...namespaces, "sh", "-euc", contain, "sh", root, mount, User, ...program]);
    this.running.push(child);
    return watch(child);
  }

  /** Ends what runs, and removes the storage. */
  dispose(): void {
    for (const child of this.running) child.kill("SIGKILL");
    this.run(["umount", "--all"]);
    this.run(["rm", "--all"]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** This machine's settings of pip, as a file that the build sees and that the image doesn't contain. */
  private pipSettings(): string[] {
    const listed = spawnSync("python3", ["-m", "pip", "config", "list"], { encoding: "utf8" }).stdout ?? "";
    const settings = new Map([...listed.matchAll(/\.([a-z-]+)='(.*)'$/gm)].map(([, name, value]) => [name!, value!]));
    settings.delete("find-links");
    const certificates = settings.get("cert");
    if (certificates) settings.set("cert", "/etc/pip-certificates.crt");
    const file = path.join(this.folder, "pip.conf");
    fs.writeFileSync(file, ["[global]", ...[...settings].map(([name, value]) => `${name} = ${value}`), ""].join("\n"));
    const mounts = [[file, "/etc/pip.conf"], ...(certificates ? [[certificates, "/etc/pip-certificates.crt"]] : [])];
    return mounts.flatMap(([source, target]) => ["--volume", `${source}:${target}:ro`]);
  }

  private buildah(...args: string[]): string {
    const { status, stdout, stderr } = this.run(args);
    if (status !== 0) throw new Error(`buildah ${args.join(" ")} failed: ${stderr}`);
    return stdout.trim();
  }

  private run(args: readonly string[]) {
    return spawnSync("buildah", [...this.storage, ...args], { encoding: "utf8" });
  }
}

function watch(child: ChildProcess): Container {
  const listeners = new Set<() => void>();
  const output = outputOf(child, () => {
    for (const listener of listeners) listener();
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  /** Process ID, on this machine, of the container's first process. */
  const first = () => {
    const pid = fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim();
    if (!/^\d+$/.test(pid)) throw new Error(`The container has no process: ${output()}`);
    return pid;
  };
  return {
    exit,
    output,
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!output().includes(text)) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
        void exit.then((code) => reject(new Error(`The container ended with ${code} before "${text}": ${output()}`)));
      }),
    terminate: () => process.kill(Number(first()), "SIGTERM"),
    request: (port, target, body = "") => {
      const url = `http://127.0.0.1:${port}${target}`;
      const { stdout } = spawnSync("nsenter", ["--target", first(), "--net", "python3", "-c", client, url, body], { encoding: "utf8" });
      const [status, ...rest] = stdout.split("\n");
      return { status: Number(status), body: rest.join("\n").trim() };
    },
  };
}
