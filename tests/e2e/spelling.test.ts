// Proves with the real engine that a stack whose state spells adopted IDs differently from Azure keeps all its resources. The state is that
// of an older version, with rewritten IDs. Doesn't prove this for types that are not in this stack.
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

/** Changes that the current program makes for other reasons: see upgrade.test.ts. */
const otherChanges = [
  "create assist-identity-isolation",
  "create risk-identity-isolation",
  "update assist-monitoring-latency",
  "update risk-monitoring-latency",
];

test("Nothing on adopted resources is changed or deleted because of the spelling of IDs in the state, and no role assignment is replaced.", async () => {
  const file = await prepareStack(sandbox, "adopted", path.join(folder, "Pulumi.adopted.yaml"));
  const args = ["preview", "--json", "--show-sames", "--stack", "adopted", "--config-file", file, "--non-interactive"];
  const { steps } = JSON.parse(await sandbox.pulumiQuietly(args, folder)) as { steps: Step[] };
  const azure = steps.filter(({ urn }) => urn.includes("azure-native:"));
  const changes = azure.filter(({ op }) => op !== "same" && op !== "read").map(({ op, urn }) => `${op} ${urn.split("::").slice(-1)}`);
  const expected = [
    // A secret whose name has no suffix isn't found under its new name: a new secret is created, and the old one stays in the vault.
    "replace hub-token",
    // The tag of an autoscaled deployment is a hash of its inputs, including IDs: it is updated in place.
    "update assist-main-d1e86e89-deployment",
    ...otherChanges,
  ];
  expect(changes.sort()).toEqual(expected.sort());
  expect(azure.filter(({ op }) => op === "same")).toHaveLength(30);
});
