// Does not prove that the images build on their real bases or with Docker's builder, or that vLLM runs: buildah builds them on a small Debian,
// which has a fake `vllm`. The containers share this machine's kernel devices; a container engine restricts more.
import * as fs from "node:fs";
import * as path from "node:path";
import { Containers } from "./containers";
import { missingTool, standInBase } from "./standInBase";

const repository = path.join(__dirname, "../..");
const score = path.join(repository, "docker/score");
const vllm = path.join(repository, "docker/vllm");

/** Reports its user, arguments and where it can write, answers requests, and drains when it receives SIGTERM. */
const fakeVllm = `#!/usr/bin/env python3
import http.server, json, os, pathlib, signal, sys, tempfile, threading
def writable(folder):
    try:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        (pathlib.Path(folder) / "probe").write_text("x")
        return True
    except OSError:
        return False
caches = ["HOME", "HF_HOME", "VLLM_CACHE_ROOT", "VLLM_CONFIG_ROOT", "TRITON_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR",
          "FLASHINFER_WORKSPACE_BASE", "CUDA_CACHE_PATH", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR"]
report = {"argv": sys.argv[1:], "uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(), "parent": os.getppid(),
          "readOnly": [folder for folder in ("/", "/tmp", "/opt/moor", "/var/tmp") if not writable(folder)],
          "caches": [name for name in caches if not writable(os.environ[name])], "temporary": tempfile.gettempdir()}
if os.environ.get("FAIL"):
    sys.exit("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 270.00 MiB.")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(report).encode())
server = http.server.HTTPServer(("127.0.0.1", 8000), Handler)
def drain(*_):
    print("drained", flush=True)
    threading.Thread(target=server.shutdown).start()
signal.signal(signal.SIGTERM, drain)
print("INFO:     Application startup complete.", flush=True)
server.serve_forever()
sys.exit(3)
`;

const missing = missingTool();
const proof = "the images of docker/ build and run";

if (missing === undefined) describe(proof, tests);
else
  test(`not proved: ${proof}`, () => {
    const sentence = `That ${proof} remains unproved: ${missing}.`;
    if (process.env.CI) throw new Error(sentence);
    console.warn(sentence);
  });

function tests() {
  let containers: Containers;
  beforeAll(() => {
    containers = new Containers();
    containers.base(standInBase(), "localhost/base");
  }, 900_000);
  afterAll(() => containers?.dispose(), 60_000);

  function folderOf(name: string, files: Readonly<Record<string, string>>): string {
    const folder = path.join(containers.folder, name);
    for (const [file, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), content);
    }
    return folder;
  }

  function build(...args: Parameters<Containers["build"]>): void {
    const { built, output } = containers.build(...args);
    if (!built) throw new Error(output);
  }

  describe("docker/score", () => {
    const dockerfile = ["--file", path.join(score, "Dockerfile"), "--ignorefile", path.join(score, "Dockerfile.dockerignore")];
    const files = (tag: string) => {
      const root = containers.mount(tag);
      return fs.readdirSync(path.join(root, "opt/moor"), { recursive: true }).sort();
    };
    beforeAll(() => {
      build(score, "localhost/base", "localhost/score");
      // With the packages installed, other builds are fast.
      const server = folderOf("server", { Dockerfile: "ARG BASE\nFROM ${BASE}\nUSER root\nRUN rm -r /opt/moor\n" });
      build(server, "localhost/score", "localhost/server");
    }, 600_000);

    test("the image contains the scorer and its requirements, and runs as user 2000", () => {
      const { User, Entrypoint, WorkingDir, ExposedPorts } = containers.config("localhost/score");
      expect({ User, WorkingDir, ports: Object.keys(ExposedPorts!) }).toEqual({
        User: "2000:0",
        WorkingDir: "/opt/moor",
        ports: ["5001/tcp"],
      });
      expect(Entrypoint).toEqual(["azmlinfsrv", "--entry_script", "/opt/moor/score.py", "--port", "5001"]);
      expect(files("localhost/score")).toEqual(["requirements.txt", "score.py", "weights.json"]);
      // Settings of the machine that builds don't get into the image.
      const settings = path.join(containers.mount("localhost/score"), "etc/pip.conf");
      expect(fs.existsSync(settings) ? fs.readFileSync(settings, "utf8") : "").toBe("");
    });

    test("its container answers with a read-only root, no network and no user name, and ends at SIGTERM", async () => {
      const container = containers.start("localhost/score");
      await container.waitFor("ready for serving traffic");
      expect(container.request(5001, "/")).toEqual({ status: 200, body: "Healthy" });
      const body = '{"rows": [{"amount": 900, "foreign": 1, "attempts": 3}]}';
      const answer = container.request(5001, "/score", body);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { model: "example-fraud", scores: [0.8455347349164652] }]);
      expect(container.request(5001, "/score", "[]").status).toBe(400);
      container.terminate();
      expect(await container.exit).toBe(0);
      expect(container.output()).not.toMatch(/Read-only|Permission denied|Traceback/);
    });

    test("several workers use the mounted model of AZUREML_MODEL_DIR", async () => {
      const model = folderOf("model", { "weights.json": '{"name": "mine", "intercept": 0, "coefficients": {"x": 1}}' });
      const container = containers.start("localhost/score", { variables: { AZUREML_MODEL_DIR: "/mnt", WORKER_COUNT: "2" }, mount: model });
      await container.waitFor("ready for serving traffic");
      expect(JSON.parse(container.request(5001, "/score", '{"rows": [{"x": 0}]}').body)).toEqual({ model: "mine", scores: [0.5] });
      container.terminate();
      expect(await container.exit).toBe(0);
    });

    test("a team's folder builds with this Dockerfile, with files of its own and without what the image doesn't need", async () => {
      const team = folderOf("team", {
        "requirements.txt": fs.readFileSync(path.join(score, "requirements.txt"), "utf8"),
        "score.py":
          'import json, pathlib\nfrom lib.twice import twice\ndef init():\n    global weights\n    weights = json.loads(pathlib.Path(__file__).with_name("weights").joinpath("w.json").read_text())\n' +
          "def run(data):\n    return twice(weights)\n",
        "lib/twice.py": "def twice(value):\n    return 2 * value\n",
        "lib/__pycache__/twice.cpython-311.pyc": "x",
        "weights/w.json": "21",
        "README.md": "x",
        Dockerfile: "x",
        ".git/config": "x",
        ".venv/bin/python": "x",
      });
      build(team, "localhost/server", "localhost/team", ...dockerfile);
      expect(files("localhost/team")).toEqual(["lib", "lib/twice.py", "requirements.txt", "score.py", "weights", "weights/w.json"]);
      const container = containers.start("localhost/team");
      await container.waitFor("ready for serving traffic");
      expect(container.request(5001, "/score", "{}")).toEqual({ status: 200, body: "42" });
      container.terminate();
      expect(await container.exit).toBe(0);
    }, 300_000);

    test.each([
      [
        "a requirement that lacks the server",
        "localhost/base",
        { "score.py": "", "requirements.txt": "" },
        "requirements.txt does not install azureml-inference-server-http. Add it as docker/score does.",
      ],
      [
        "a file with another hash",
        "localhost/base",
        { "score.py": "", "requirements.txt": `blinker==1.9.0 --hash=sha256:${"0".repeat(64)}\n` },
        "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
      ],
      [
        "a missing score.py",
        "localhost/server",
        { "requirements.txt": "" },
        "The folder contains no score.py. Add one that defines init() and run().",
      ],
      [
        "a file that user 2000 can't read",
        "localhost/server",
        { "score.py": "", "requirements.txt": "", "weights/secret.bin": "x" },
        "The user 2000 can't read ./weights/secret.bin. Run chmod -R a+rX in the folder.",
      ],
    ])("%s fails the build with one clear line", (name, base, content, line) => {
      const folder = folderOf(name.replaceAll(/\W/g, "-"), content);
      if ("weights/secret.bin" in content) fs.chmodSync(path.join(folder, "weights/secret.bin"), 0o600);
      const { built, output } = containers.build(folder, base, "localhost/failed", ...dockerfile);
      expect([built, output]).toEqual([false, expect.stringContaining(line)]);
    });
  });

  describe("docker/vllm", () => {
    beforeAll(() => {
      const base = folderOf("vllm-base", { Dockerfile: "ARG BASE\nFROM ${BASE}\nCOPY vllm /usr/local/bin/vllm\n", vllm: fakeVllm });
      fs.chmodSync(path.join(base, "vllm"), 0o755);
      build(base, "localhost/base", "localhost/vllm-base");
      build(vllm, "localhost/vllm-base", "localhost/vllm");
    }, 300_000);

    test("the image has the entrypoint and runs as user 2000", () => {
      const { User, Entrypoint, ExposedPorts } = containers.config("localhost/vllm");
      expect({ User, ports: Object.keys(ExposedPorts!) }).toEqual({ User: "2000:0", ports: ["8000/tcp"] });
      expect(Entrypoint).toEqual(["/bin/bash", "/opt/moor/entrypoint.sh"]);
      const root = containers.mount("localhost/vllm");
      expect(fs.readdirSync(path.join(root, "opt/moor")).sort()).toEqual(["entrypoint.sh", "failures.py", "supervise.py", "verify.py"]);
    });

    test("its container serves a mounted model with a read-only root; writes go to the cache folder; SIGTERM drains", async () => {
      const model = folderOf("snapshot", { "1/config.json": "{}" });
      const container = containers.start("localhost/vllm", {
        variables: {
          AZUREML_MODEL_DIR: "/mnt",
          MOOR_SERVED_MODEL_NAME: "a/b",
          MOOR_CACHE_DIR: "/dev/shm/cache",
          VLLM_ARGS: '["--shutdown-timeout", "60"]',
        },
        mount: model,
      });
      await container.waitFor("Application startup complete.");
      expect(JSON.parse(container.request(8000, "/").body)).toEqual({
        argv: ["serve", "/mnt/1", "--served-model-name", "a/b", "--shutdown-timeout", "60"],
        uid: 2000,
        gid: 0,
        groups: [],
        parent: 1,
        readOnly: ["/", "/tmp", "/opt/moor", "/var/tmp"],
        caches: [],
        temporary: "/dev/shm/cache/tmp",
      });
      container.terminate();
      expect(await container.exit).toBe(3);
      expect(container.output()).toContain("\ndrained\n");
      expect(container.output()).not.toMatch(/Read-only|Permission denied|did not start/);
    });

    test("a failed start ends with one line that names the remedy", async () => {
      const container = containers.start("localhost/vllm", { variables: { MOOR_MODEL: "a/b", MOOR_CACHE_DIR: "/dev/shm/c", FAIL: "1" } });
      expect(await container.exit).toBe(1);
      expect(container.output()).toMatch(/\nmoor: vLLM did not start \(exit code 1\)\. The GPU ran out of memory\. .*\n$/);
    });

    test("without a writable folder, the exit code is 73", async () => {
      const container = containers.start("localhost/vllm", { variables: { MOOR_MODEL: "a/b" } });
      expect(await container.exit).toBe(73);
      expect(container.output()).toBe("moor: The cache folder /tmp/moor-cache is not writable. Set MOOR_CACHE_DIR to a writable folder.\n");
    });
  });
}
