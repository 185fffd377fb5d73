// Doesn't prove what a terminal does with Ctrl-C: the test sends signals to the process, as npm and a terminal both do.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import { openIssuer } from "../../../azure-local/scoringProxy";
import { readToken } from "../../../azure-local/scoringProxy/jwt";

const run = path.join(__dirname, "../../../cli/run.js");
let home: string;
let running: ChildProcess | undefined;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-azure-local-"));
});
afterEach(() => {
  if (running?.exitCode === null && running.signalCode === null) running.kill("SIGKILL");
  running = undefined;
  fs.rmSync(home, { recursive: true, force: true });
});

/** Starts the command with these arguments, and yields the lines of its output. */
function start(args: string[]): { process: ChildProcess; lines: AsyncIterator<string> } {
  running = spawn(process.execPath, [run, "azure-local", "--home", home, "--port", "0", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  return { process: running, lines: readline.createInterface({ input: running.stdout! })[Symbol.asyncIterator]() };
}

const nextLine = async (lines: AsyncIterator<string>) => (await lines.next()).value as string;

test("it prints its addresses, reports requests as JSON lines, rejects a second one, and ends correctly on a repeated Ctrl-C", async () => {
  const { process: child, lines } = start(["--json", "--scoring-uris", "loopback"]);
  const addresses = JSON.parse(await nextLine(lines));
  expect(addresses).toEqual({
    armUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    armHttpsUrl: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
    frontdoorUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    frontdoorHttpsUrl: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
    certificate: path.join(home, "https", "authority.pem"),
    imagesAddress: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    subscriptionId: "00000000-0000-4000-8000-000000000001",
    debugProviders: expect.stringMatching(/^azure-native:\d+,random:\d+,docker:\d+$/),
    home,
  });
  await fetch(`${addresses.frontdoorUrl}/unknown/x`);
  expect(JSON.parse(await nextLine(lines))).toMatchObject({ server: "frontdoor", method: "GET", path: "/unknown/x", status: 404 });
  const second = spawnSync(process.execPath, [run, "azure-local", "--home", home], { encoding: "utf8" });
  expect([second.status, second.stderr]).toEqual([
    1,
    `A local Azure is already running in ${home} (process ${child.pid}). Stop that process, or set --home to another folder.\n`,
  ]);
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(fs.existsSync(path.join(home, "running.json"))).toBe(false);
}, 30_000);

test("assigned policies deny requests and add tags", async () => {
  const { lines } = start(["--json", "--policy", "landing-zone", "--policy-tag", "costCenter=4711", "--policy-tag", "note=a=b"]);
  const { armUrl, subscriptionId } = JSON.parse(await nextLine(lines));
  const put = async (below: string, version: string, body: object) =>
    (
      await fetch(`${armUrl}/subscriptions/${subscriptionId}/resourceGroups/rg${below}?api-version=${version}`, {
        method: "PUT",
        body: JSON.stringify(body),
      })
    ).json();
  expect(await put("", "2024-03-01", { location: "swedencentral" })).toMatchObject({ tags: { costCenter: "4711", note: "a=b" } });
  const properties = {
    addressSpace: { addressPrefixes: ["10.0.0.0/24"] },
    subnets: [{ name: "a", properties: { addressPrefix: "10.0.0.0/26" } }],
  };
  const network = await put("/providers/Microsoft.Network/virtualNetworks/n", "2024-05-01", { location: "swedencentral", properties });
  expect(network).toMatchObject({ error: { code: "RequestDisallowedByPolicy", target: "n" } });
}, 30_000);

test("it serves a local Hugging Face Hub, where every model exists", async () => {
  const { process: child, lines } = start(["--json", "--hub"]);
  const { hubUrl } = JSON.parse(await nextLine(lines));
  const commit = "a".repeat(40);
  expect(await (await fetch(`${hubUrl}/api/models/org/model/revision/${commit}?expand=sha`)).json()).toMatchObject({ sha: commit });
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
}, 30_000);

test.each([
  [["--policy-tag", "costCenter"], "--policy-tag is costCenter. Allowed: <name>=<value>.\n"],
  [["--policy", "landing"], expect.stringMatching(/^The policy 'landing' is unknown\. Use one of: landing-zone, [a-z, -]+\.\n$/)],
  [["--port", "70000"], "--port is 70000. Allowed: the first of five consecutive ports, up to 65531, or 0 for free ports.\n"],
  [
    ["--backend", "https://x"],
    'backends["*"] is "https://x". Set it to an address such as http://127.0.0.1:8000, without a path or user.\n',
  ],
  [
    ["--backend", "chat/main=x"],
    'backends["chat/main"] is "x". Set it to an address such as http://127.0.0.1:8000, without a path or user.\n',
  ],
  [
    ["--registry", "https://ghcr.io"],
    "--registry is https://ghcr.io. Allowed: the address of a registry on this machine, such as http://127.0.0.1:5000.\n",
  ],
  [
    ["--outside-registry", "docker.io"],
    "--outside-registry is docker.io. Allowed: <host>=<url>, such as docker.io=http://127.0.0.1:5001.\n",
  ],
  [
    ["--clock", "slow"],
    "error: option '--clock <clock>' argument 'slow' is invalid. Allowed choices are real, fast.\n" +
      "Usage: npm run azure-local -- [options] [command]\n" +
      "For help, run: npm run azure-local -- --help. Options must follow the --.\n",
  ],
])(
  "%j is rejected with what is wrong and what is allowed",
  (args, message) => {
    // A later --port in `args` wins. The default port can be in use.
    const command = [run, "azure-local", "--home", home, "--port", "0", ...args];
    const { status, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 1, stderr: message });
  },
  30_000,
);

test("a token from the test issuer contains the caller and the groups", () => {
  const args = ["azure-local", "token", "me", "--group", "us", "--group", "them", "--home", home];
  const { stdout } = spawnSync(process.execPath, [run, ...args], { encoding: "utf8" });
  const { secret } = openIssuer(path.join(home, "issuer.secret"));
  expect(readToken(stdout.trim(), secret)).toMatchObject({
    claims: { oid: "me", groups: ["us", "them"], aud: "https://ml.azure.com" },
  });
}, 30_000);

const root = path.join(__dirname, "../../..");

test.each([
  [["azure-local", "--home", ""], {}, "--home is empty. Set it to a folder, or omit it.\n"],
  [["azure-local", "--home", " "], {}, "--home is empty. Set it to a folder, or omit it.\n"],
  [["azure-local", "token", "me", "--home", ""], {}, "--home is empty. Set it to a folder, or omit it.\n"],
  ...["", ".", "keys", "tests/home"]
    .slice(1)
    .map((home) => [
      ["azure-local", "--home", home],
      {},
      `--home is ${path.join(root, home)}, which is inside the repository, so keys and tokens could be committed. Set a folder outside the repository or under ${path.join(root, ".moor")}.\n`,
    ]),
  [
    ["local", "version"],
    { MOOR_LOCAL_HOME: path.join(root, "keys") },
    `MOOR_LOCAL_HOME is ${path.join(root, "keys")}, which is inside the repository, so keys and tokens could be committed. Set a folder outside the repository or under ${path.join(root, ".moor")}.\n`,
  ],
] as [string[], Record<string, string>, string][])(
  "%j with %j is rejected: nothing is written to the clone",
  (args, environment, message) => {
    const env = { ...process.env, ...environment };
    const { status, stderr } = spawnSync(process.execPath, [run, ...args], { encoding: "utf8", cwd: root, env, timeout: 20_000 });
    expect({ status, stderr }).toEqual({ status: 1, stderr: message });
    for (const name of ["issuer.secret", "https", "running.json", "keys", "tests/home"])
      expect(fs.existsSync(path.join(root, name))).toBe(false);
  },
  30_000,
);
