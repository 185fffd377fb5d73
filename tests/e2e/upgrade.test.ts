// Proves with the real engine which changes the program of today previews for the stacks of an older version: additions and updates in place that
// are listed here one by one, no replacement, and no deletion of what Azure could have; and which inputs of components differ, which only the state
// holds. The older version itself brought the stacks up: see fixtures/README.md. It
// doesn't prove anything of a stack that uses what these three don't, such as `roles: external`, nor that options such as `protect` and
// `dependsOn` are as they were: a preview has no step for those. `dev` has no lock, so a planner that decides otherwise shows there as another
// deployment.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { prepareStack } from "../../cli/local/stackFile";
import { cloneWith } from "./clone";
import { unpackHome } from "./fixtures/home";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

/** What a preview shows: how many Azure resources stay as they are, and a line for each other one and for each component that has changed. */
interface Expected {
  readonly azure: number;
  readonly changes: readonly string[];
  readonly components: readonly string[];
}

/** Its secret gets a content type, which makes a new version of it, and the deployment refers to the version. Its name stays. */
const secret = [
  "create random:index/randomString:RandomString hub-token-suffix",
  "update azure-native:keyvault:Secret hub-token: properties.contentType",
  "update azure-native:machinelearningservices:OnlineDeployment assist-main-d1e86e89-deployment: properties.environmentVariables.HF_TOKEN, tags.moor-written",
];

/**
 * Version 0.1.0 registered staged weights with the commit as the model's version. The simulator of then accepted it; Azure accepts numbers only,
 * so no stack in Azure has these model versions or a deployment of them: its first `up` ended there. A stack on the simulator of then gets
 * models with the commit in their name: they are created before the deployments refer to them, and the old ones are deleted last.
 */
const models = [
  "create azure-native:machinelearningservices:ModelVersion model-Qwen-Qwen2-5-7B-Instruct-740e79d4-version",
  "create azure-native:machinelearningservices:ModelVersion model-Qwen-Qwen3-8B-deb75613-version",
  "update azure-native:machinelearningservices:OnlineDeployment chat-candidate-fdd376f0-deployment: properties.model",
  "update azure-native:machinelearningservices:OnlineDeployment chat-main-396e5a20-deployment: properties.model, tags.moor-written",
  "delete azure-native:machinelearningservices:ModelVersion model-Qwen-Qwen2-5-7B-Instruct-a09a3545-version",
  "delete azure-native:machinelearningservices:ModelVersion model-Qwen-Qwen3-8B-b968826d-version",
];

/** Landing zones deny a subnet without a network security group; logs and Application Insights take no keys. */
const platform = [
  "create azure-native:network:NetworkSecurityGroup network-nsg",
  "update azure-native:applicationinsights:Component platform-app-insights: disableLocalAuth",
  "update azure-native:network:Subnet network-private-endpoints: networkSecurityGroup",
  "update azure-native:operationalinsights:Workspace platform-logs: features, publicNetworkAccessForIngestion, publicNetworkAccessForQuery",
];
/** Logs are sent by group. */
const logs = (key: string) =>
  `update azure-native:monitor:DiagnosticSetting ${key}-monitoring-diagnostics: logs.0.category, logs.0.categoryGroup, logs.1, logs.2`;
/** The threshold follows from the request timeouts. */
const latency = (key: string) => `update azure-native:monitor:MetricAlert ${key}-monitoring-latency: criteria.allOf.0.threshold`;

/** New arguments, which only the state holds. */
const network = (...inputs: string[]) => `update moor:index:Network network: ${[...inputs, "services"].join(", ")}`;
const workspace = "update moor:index:Workspace platform: firewallSku, logRetentionDays, vaultSecrets";
const alerts = (key: string) =>
  `update moor:index:Monitoring ${key}-monitoring: alerts.actionGroups, alerts.failuresPerMinute, alerts.latencyMilliseconds, location`;

/** What clients are told is part of a decision; a locked one has none until `npm run lock`. */
const clients = [
  "update moor:index:GpuDeployment chat-main-57a7e080: decision.clients",
  "update moor:index:InferenceEndpoint chat: deployments.0.decision.clients",
];

/** The models of staged weights have other names. */
const modelComponents = [
  "create moor:index:Model model-Qwen-Qwen2-5-7B-Instruct-740e79d4",
  "create moor:index:Model model-Qwen-Qwen3-8B-deb75613",
  "delete moor:index:Model model-Qwen-Qwen2-5-7B-Instruct-a09a3545",
  "delete moor:index:Model model-Qwen-Qwen3-8B-b968826d",
];

const versions: Record<string, Record<string, Expected>> = {
  // No stack loses a zone: those of `adopted` are a policy's. A stack that has zones without private endpoints of its own loses them, which is
  // right: while they are linked, the names of their services don't resolve in its network.
  "0.1.0": {
    dev: {
      azure: 49,
      changes: [...platform, logs("chat")],
      components: [
        ...clients,
        "update moor:index:Monitoring chat-monitoring: location",
        network("network.create.securityGroup"),
        workspace,
      ],
    },
    prod: {
      azure: 60,
      changes: [...platform, ...models, logs("chat"), logs("fraud"), latency("chat"), latency("fraud")],
      components: [...modelComponents, alerts("chat"), alerts("fraud"), network("network.create.securityGroup"), workspace],
    },
    adopted: {
      azure: 30,
      changes: [...secret, latency("assist"), latency("risk")],
      components: [alerts("assist"), alerts("risk"), network(), workspace],
    },
  },
};

interface State {
  readonly type: string;
  readonly inputs?: unknown;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
}

describe.each(Object.entries(versions))("the stacks of version %s", (version, stacks) => {
  const fixture = path.join(__dirname, "fixtures", version);
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = cloneWith(fixture);
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-home-"));
    unpackHome(path.join(fixture, "home.json.gz"), home);
    sandbox = await openSandbox({}, home, folder);
    fs.rmSync(home, { recursive: true });
  });
  afterAll(async () => {
    await sandbox?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test.each(Object.entries(stacks))("%s: only what is listed changes", async (stack, expected) => {
    const file = await prepareStack(sandbox, stack, path.join(folder, `Pulumi.${stack}.yaml`));
    const args = ["preview", "--json", "--show-sames", "--stack", stack, "--config-file", file, "--non-interactive"];
    // Rejects, with what pulumi said, where the preview fails.
    const { steps } = JSON.parse(await sandbox.pulumiQuietly(args, folder)) as { steps: Step[] };
    const changed = steps.filter(({ op }) => op !== "same" && op !== "read");
    const ofAzure = changed.filter((step) => !isComponent(step));
    expect(ofAzure.map(line).sort()).toEqual([...expected.changes].sort());
    // Deletions come last: what takes the place of a resource is there before.
    expect(
      ofAzure.filter((_, index) => ofAzure.slice(0, index).some(({ op }) => op === "delete")).filter(({ op }) => op !== "delete"),
    ).toEqual([]);
    expect(changed.filter(isComponent).map(line).sort()).toEqual([...expected.components].sort());
    // A preview that saw nothing would change nothing either.
    expect(steps.filter((step) => step.op === "same" && typeOf(step).startsWith("azure-native:")).length).toBe(expected.azure);
  });
});

function typeOf({ oldState, newState }: Step): string {
  return (newState ?? oldState)!.type;
}

function isComponent(step: Step): boolean {
  return /^(moor:index|pulumi:pulumi):/.test(typeOf(step));
}

/** For instance `update moor:index:Network network: dns, tags.owner`. */
function line(step: Step): string {
  const { op, urn, oldState, newState } = step;
  const paths = oldState && newState ? `: ${differences(oldState.inputs, newState.inputs).join(", ")}` : "";
  return `${op} ${typeOf(step)} ${urn.split("::").at(-1)}${paths}`;
}

/** Paths at which two values differ, as deep as both have them. */
function differences(before: unknown, after: unknown, at: readonly string[] = []): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isTree(before) || !isTree(after)) return [at.join(".")];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].sort().flatMap((key) => differences(before[key], after[key], [...at, key]));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
