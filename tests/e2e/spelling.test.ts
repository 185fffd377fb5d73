// Proves with the real engine that a stack whose state spells adopted ids otherwise than Azure keeps all of its resources: the state is that of an
// older version, with its ids rewritten. Doesn't prove it of types that this stack doesn't have.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { prepareStack } from "../../cli/local/stackFile";
import { cloneWith } from "./clone";
import { unpackHome } from "./fixtures/home";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

const fixture = path.join(__dirname, "fixtures", "0.1.0");
const state = path.join("state", ".pulumi", "stacks", "moor", "adopted.json");

let folder: string;
let sandbox: Sandbox;
beforeAll(async () => {
  folder = cloneWith(fixture);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-home-"));
  unpackHome(path.join(fixture, "home.json.gz"), home);
  const text = fs.readFileSync(path.join(home, state), "utf8");
  fs.writeFileSync(
    path.join(home, state),
    text
      .replaceAll("/resourceGroups/hub/", "/resourcegroups/HUB/")
      .replaceAll('"resourceGroupName":"hub"', '"resourceGroupName":"HUB"')
      .replaceAll('"workspaceName":"shared"', '"workspaceName":"Shared"'),
  );
  sandbox = await openSandbox({}, home, folder);
  fs.rmSync(home, { recursive: true });
});
afterAll(async () => {
  await sandbox?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

interface Step {
  readonly op: string;
  readonly urn: string;
}

test("Nothing on adopted resources is replaced, changed or deleted because of how the state spells their ids.", async () => {
  const file = await prepareStack(sandbox, "adopted", path.join(folder, "Pulumi.adopted.yaml"));
  const args = ["preview", "--json", "--show-sames", "--stack", "adopted", "--config-file", file, "--non-interactive"];
  const { steps } = JSON.parse(await sandbox.pulumiQuietly(args, folder)) as { steps: Step[] };
  const azure = steps.filter(({ urn }) => urn.includes("azure-native:"));
  expect(
    azure.filter(({ op }) => op !== "same" && op !== "read").map(({ op, urn }) => `${op} ${urn.split("::").slice(-1)}`),
    // The tag of an autoscaled deployment is a hash over its inputs, ids included: it is written anew, in place.
  ).toEqual(["update assist-main-d1e86e89-deployment"]);
  expect(azure.filter(({ op }) => op === "same")).toHaveLength(33);
});
