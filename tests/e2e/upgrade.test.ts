// Proves with the real engine which changes the current program previews for stacks of an older version: the additions and in-place updates
// that are listed here, no replacement, and no deletion of a resource that can exist in Azure; and which component inputs, which are only
// in the state, differ. The older version itself deployed the stacks: see fixtures/README.md. Doesn't prove anything about stacks with
// other features, such as `roles: external`, or that options such as `protect` and `dependsOn` are unchanged: a preview has no step for
// them. `dev` has no lock file, so a planner with other decisions shows as another deployment there.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { prepareStack } from "../../cli/local/stackFile";
import { withAcceptances } from "../support/acceptances";
import { cloneWith } from "./clone";
import { unpackHome } from "./fixtures/home";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

/** The result of a preview: the number of unchanged Azure resources, and a line for each changed resource and component. */
interface Expected {
  readonly azure: number;
  readonly changes: readonly string[];
  readonly components: readonly string[];
}

/** The secret gets a content type, which creates a new version, and the deployment refers to the version. The name stays. */
const secret = [
  "create random:index/randomString:RandomString hub-token-suffix",
  "update azure-native:keyvault:Secret hub-token: properties.contentType",
  "update azure-native:machinelearningservices:OnlineDeployment assist-main-d1e86e89-deployment: properties.environmentVariables.HF_TOKEN, tags.moor-written",
];

/**
 * Version 0.1.0 registered staged weights with the commit as the model version. The simulator of that version accepted this, but Azure
 * accepts only numbers, so no stack in Azure has these model versions or deployments of them: its first `up` failed. A stack on that
 * simulator gets models with the commit in their name: they are created before the deployments refer to them, and the old ones are deleted
 * last.
 */
const models = [
  "create azure-native:machinelearningservices:ModelVersion model-Qwen-Qwen2-5-7B-Instruct-740e79d4-version",
  "create azure-native:machinelearningservices:ModelVersion model-Qwen-Qwen3-8B-deb75613-version",
  "update azure-native:machinelearningservices:OnlineDeployment chat-candidate-fdd376f0-deployment: properties.model",
  "update azure-native:machinelearningservices:OnlineDeployment chat-main-396e5a20-deployment: properties.model, tags.moor-written",
  "delete azure-native:machinelearningservices:ModelVersion model-Qwen-Qwen2-5-7B-Instruct-a09a3545-version",
  "delete azure-native:machinelearningservices:ModelVersion model-Qwen-Qwen3-8B-b968826d-version",
];

/** Landing zones deny a subnet without a network security group. Logs and Application Insights have no local authentication. */
const platform = [
  "create azure-native:network:NetworkSecurityGroup network-nsg",
  "update azure-native:applicationinsights:Component platform-app-insights: disableLocalAuth, publicNetworkAccessForIngestion",
  "update azure-native:network:Subnet network-private-endpoints: networkSecurityGroup",
  "update azure-native:operationalinsights:Workspace platform-logs: features, publicNetworkAccessForIngestion, publicNetworkAccessForQuery",
];
/**
 * Logs of the platform are sent, exports of images are disabled, and deleted blobs are kept. The workspace and the storage account keep
 * what Azure accepts only at creation: `hbiWorkspace` and the encryption.
 */
const guarded = [
  ...["blob", "logs", "registry", "vault", "workspace"].map(
    (source) => `create azure-native:monitor:DiagnosticSetting platform-${source}-diagnostics`,
  ),
  "create azure-native:storage:BlobServiceProperties platform-blob-service",
  "update azure-native:containerregistry:Registry platform-registry: policies",
];
/** Identities can be assigned only in their own region. */
const isolation = (...keys: string[]) => keys.map((key) => `create azure-native:resources:Deployment ${key}-identity-isolation`);
/** No client sends logs from outside the network. */
const ingestion = [
  "update azure-native:applicationinsights:Component platform-app-insights: publicNetworkAccessForIngestion",
  "update azure-native:operationalinsights:Workspace platform-logs: publicNetworkAccessForIngestion",
];
/** Diagnostic settings use a category group. */
const logs = (key: string) =>
  `update azure-native:monitor:DiagnosticSetting ${key}-monitoring-diagnostics: logs.0.category, logs.0.categoryGroup, logs.1, logs.2`;
/** The threshold follows from the request timeouts. */
const latency = (key: string) => `update azure-native:monitor:MetricAlert ${key}-monitoring-latency: criteria.allOf.0.threshold`;

/** New arguments, which are only in the state. */
const network = (...inputs: string[]) => `update moor:index:Network network: ${[...inputs, "services"].join(", ")}`;
const workspace =
  "update moor:index:Workspace platform: diagnostics, firewallSku, isolationScope, logQueries, logRetentionDays, residency, storageRedundancy, vaultSecrets";
const settings = "update moor:index:Workspace platform: diagnostics, isolationScope, logQueries, residency, storageRedundancy";
const endpoints = (...keys: string[]) => keys.map((key) => `update moor:index:OnlineEndpoint ${key}: isolationScope`);
const alerts = (key: string) =>
  `update moor:index:Monitoring ${key}-monitoring: alerts.actionGroups, alerts.failuresPerMinute, alerts.latencyMilliseconds, location`;

/** A stack without a lock file computes its decisions: the settings for clients are new, and the reasons have other words. */
const decision = (at: string) => [`${at}.clients`, ...Array.from({ length: 8 }, (_, index) => `${at}.reasons.${index}`)].join(", ");
const computed = [
  `update moor:index:GpuDeployment chat-main-57a7e080: ${decision("decision")}`,
  `update moor:index:InferenceEndpoint chat: ${decision("deployments.0.decision")}`,
];

/** The reasons have other numbers: the memory for activations is estimated with another formula. */
const estimated = (at: string) => [2, 3, 5].map((index) => `${at}.reasons.${index}`).join(", ");
const recomputed = [
  `update moor:index:GpuDeployment chat-main-57a7e080: ${estimated("decision")}`,
  `update moor:index:InferenceEndpoint chat: ${estimated("deployments.0.decision")}`,
];

/** The models of staged weights have other names. */
const modelComponents = [
  "create moor:index:Model model-Qwen-Qwen2-5-7B-Instruct-740e79d4",
  "create moor:index:Model model-Qwen-Qwen3-8B-deb75613",
  "delete moor:index:Model model-Qwen-Qwen2-5-7B-Instruct-a09a3545",
  "delete moor:index:Model model-Qwen-Qwen3-8B-b968826d",
];

const versions: Record<string, Record<string, Expected>> = {
  // No stack loses a zone: those of `adopted` belong to a policy. A stack that has zones but no private endpoints loses the zones, which is
  // correct: while they are linked, the names of their services don't resolve in its network.
  "0.1.0": {
    dev: {
      azure: 48,
      changes: [...platform, ...guarded, ...isolation("platform", "chat"), logs("chat")],
      components: [
        ...computed,
        "update moor:index:Monitoring chat-monitoring: location",
        network("network.create.securityGroup"),
        workspace,
        ...endpoints("chat"),
      ],
    },
    prod: {
      azure: 59,
      changes: [
        ...[...platform, ...guarded, ...isolation("platform", "chat", "fraud"), ...models],
        ...[logs("chat"), logs("fraud"), latency("chat"), latency("fraud")],
      ],
      components: [
        ...[...modelComponents, alerts("chat"), alerts("fraud"), network("network.create.securityGroup"), workspace],
        ...endpoints("chat", "fraud"),
      ],
    },
    adopted: {
      azure: 30,
      changes: [...secret, ...isolation("assist", "risk"), latency("assist"), latency("risk")],
      components: [alerts("assist"), alerts("risk"), network(), workspace, ...endpoints("assist", "risk")],
    },
  },
  // The stacks of the last commit before images could be published: each image is a digest in the registry.
  digests: {
    dev: {
      azure: 51,
      changes: [...guarded, ...ingestion, ...isolation("platform", "chat")],
      components: [...recomputed, settings, ...endpoints("chat")],
    },
    prod: {
      azure: 69,
      changes: [...guarded, ...ingestion, ...isolation("platform", "chat", "fraud")],
      components: [settings, ...endpoints("chat", "fraud")],
    },
    adopted: { azure: 34, changes: isolation("assist", "risk"), components: [settings, ...endpoints("assist", "risk")] },
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

describe.each(Object.entries(versions))("the stacks in fixtures/%s", (version, stacks) => {
  const fixture = path.join(__dirname, "fixtures", version);
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = cloneWith(fixture);
    for (const stack of Object.keys(stacks)) {
      const file = path.join(folder, `Pulumi.${stack}.yaml`);
      // The older versions created workspaces without `hbiWorkspace`, which Azure can't change.
      fs.writeFileSync(file, withAcceptances(fs.readFileSync(file, "utf8"), "MOOR475"));
    }
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-home-"));
    unpackHome(path.join(fixture, "home.json.gz"), home);
    sandbox = await openSandbox({}, home, folder);
    fs.rmSync(home, { recursive: true });
  });
  afterAll(async () => {
    await sandbox?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** Runs Pulumi on a stack, and rejects with its output if it fails. */
  async function run(stack: string, ...args: string[]): Promise<string> {
    const file = await prepareStack(sandbox, stack, path.join(folder, `Pulumi.${stack}.yaml`));
    return sandbox.pulumiQuietly([...args, "--stack", stack, "--config-file", file, "--non-interactive"], folder);
  }

  async function preview(stack: string): Promise<{ readonly steps: readonly Step[]; readonly changed: readonly Step[] }> {
    const { steps } = JSON.parse(await run(stack, "preview", "--json", "--show-sames")) as { steps: Step[] };
    return { steps, changed: steps.filter(({ op }) => op !== "same" && op !== "read") };
  }

  test.each(Object.entries(stacks))("%s: only what is listed changes", async (stack, expected) => {
    const { steps, changed } = await preview(stack);
    const ofAzure = changed.filter((step) => !isComponent(step));
    expect(ofAzure.map(line).sort()).toEqual([...expected.changes].sort());
    // Deletions come last: replacements are created before.
    expect(
      ofAzure.filter((_, index) => ofAzure.slice(0, index).some(({ op }) => op === "delete")).filter(({ op }) => op !== "delete"),
    ).toEqual([]);
    expect(changed.filter(isComponent).map(line).sort()).toEqual([...expected.components].sort());
    // A preview that found no resources would also show no changes.
    expect(steps.filter((step) => step.op === "same" && typeOf(step).startsWith("azure-native:")).length).toBe(expected.azure);
  });

  test("dev: Azure accepts the changes, and a second update changes nothing", async () => {
    await run("dev", "up", "--yes", "--skip-preview");
    expect((await preview("dev")).changed.map(line)).toEqual([]);
  });
});

function typeOf({ oldState, newState }: Step): string {
  return (newState ?? oldState)!.type;
}

function isComponent(step: Step): boolean {
  return /^(moor:index|pulumi:pulumi):/.test(typeOf(step));
}

/** For example `update moor:index:Network network: dns, tags.owner`. */
function line(step: Step): string {
  const { op, urn, oldState, newState } = step;
  const paths = oldState && newState ? `: ${differences(oldState.inputs, newState.inputs).join(", ")}` : "";
  return `${op} ${typeOf(step)} ${urn.split("::").at(-1)}${paths}`;
}

/** Paths at which two values differ. */
function differences(before: unknown, after: unknown, at: readonly string[] = []): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isTree(before) || !isTree(after)) return [at.join(".")];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].sort().flatMap((key) => differences(before[key], after[key], [...at, key]));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
