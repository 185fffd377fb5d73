// Proves with a fake pulumi that only the approved plan of a preview that succeeded is applied, and how. Doesn't prove what pulumi does:
// tests/e2e/deploy.test.ts does.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { approvalInputs, type Deployed, type DeployOptions, deploy } from "../../../operations/deploy";
import { planHolds } from "../../../operations/deploy/updatePlan";
import type { AttachedPulumi } from "../../../operations/stackPulumi";
import { approvalOf, readPreview } from "../../../review";
import { eventsOf, previewOf } from "../../review/previews";

let root: string;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "moor-deploy-"));
  fs.mkdirSync(path.join(root, "node_modules"));
  const files = {
    "Pulumi.yaml": "name: moor",
    "Pulumi.prod.yaml": "config: {}",
    "moor.lock.prod.yaml": "lock",
    "package-lock.json": "{}",
    "node_modules/.package-lock.json": '{"packages":{"node_modules/@pulumi/pulumi":{"version":"3.246.0"}}}',
  };
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(root, file), text);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

interface Fake extends AttachedPulumi {
  /** Arguments of the updates. */
  readonly updates: string[][];
  /** The folder of the update plan, which the preview wrote. */
  planFolder?: string;
  /** Whether its permissions are only those of the user. */
  isPrivate?: boolean;
}

function fake(events: string, { code = 0, onPreview = () => {}, environment = {} as NodeJS.ProcessEnv } = {}): Fake {
  const pulumi: Fake = {
    stack: "prod",
    local: false,
    environment,
    updates: [],
    async run([verb, ...args]) {
      if (verb === "preview") {
        const plan = args[args.indexOf("--save-plan") + 1]!;
        fs.writeFileSync(plan, "plan");
        pulumi.planFolder = path.dirname(plan);
        pulumi.isPrivate = (fs.statSync(pulumi.planFolder).mode & 0o077) === 0;
        onPreview();
        return { code: 0, output: events, errors: "" };
      }
      return { code: 0, output: verb === "whoami" ? '{"url":"https://api.pulumi.com/x"}' : "v3.246.0\n", errors: "" };
    },
    must: async (args) => (await pulumi.run(args)).output,
    async runAttached(args) {
      pulumi.updates.push([...args]);
      return code;
    },
  };
  return pulumi;
}

async function digestOf(pulumi: AttachedPulumi, events: string): Promise<string> {
  return approvalOf(readPreview(events), await approvalInputs(pulumi, root)).digest;
}

async function run(pulumi: Fake, digest: string, options: Partial<DeployOptions> = {}): Promise<Deployed & { readonly lines: string[] }> {
  const lines: string[] = [];
  const interrupted = new AbortController().signal;
  const result = await deploy(pulumi, { approved: { digest }, root, report: (line) => lines.push(line), interrupted, ...options });
  if (pulumi.planFolder !== undefined)
    expect({ left: fs.existsSync(pulumi.planFolder), isPrivate: pulumi.isPrivate }).toEqual({ left: false, isPrivate: true });
  return { ...result, lines };
}

const previewing = "Previewing the stack prod.";
const promotion = eventsOf("promotion");

test.each([
  [0, "applied"],
  [1, "failed"],
  [255, "failed"],
])("If `pulumi up` ends with code %i, the result is %s.", async (code, result) => {
  const pulumi = fake(promotion, { code });
  const steps = approvalOf(previewOf("promotion"), await approvalInputs(pulumi, root)).steps.length;
  expect(await run(pulumi, await digestOf(pulumi, promotion))).toEqual({
    result,
    lines: [previewing, `The plan is the approved one (${steps} steps).`],
  });
  expect(pulumi.updates).toEqual([["up", "--yes", "--skip-preview"]]);
});

test("Another plan is refused.", async () => {
  const pulumi = fake(promotion);
  const refused = await run(pulumi, await digestOf(pulumi, eventsOf("tag")));
  expect(refused).toMatchObject({
    result: "refused",
    reason: expect.stringMatching(/^The steps differ from the reviewed ones/),
    lines: [previewing],
  });
  expect(pulumi.updates).toEqual([]);
});

test("A changed input is refused before the preview.", async () => {
  const pulumi = fake(promotion);
  const digest = await digestOf(pulumi, promotion);
  fs.writeFileSync(path.join(root, "Pulumi.prod.yaml"), "config: { a: b }");
  expect(await run(pulumi, digest)).toMatchObject({ result: "refused", reason: "The stack file differs from the reviewed one." });
  expect(pulumi.planFolder).toBeUndefined();
  expect(pulumi.updates).toEqual([]);
});

test("A preview that fails is refused with its errors, without secrets.", async () => {
  const pulumi = fake(eventsOf("region"));
  const refused = await run(pulumi, await digestOf(pulumi, promotion));
  expect(refused).toMatchObject({ result: "refused", reason: expect.stringMatching(/^The preview failed:\n/) });
  expect(pulumi.updates).toEqual([]);
});

test("A preview that ends without a result is refused.", async () => {
  const cut = promotion
    .split("\n")
    .filter((line) => !line.includes('"summaryEvent"'))
    .join("\n");
  const pulumi = fake(cut);
  expect(await run(pulumi, await digestOf(pulumi, promotion))).toMatchObject({
    result: "refused",
    reason: "The preview ended without a result.",
  });
  expect(pulumi.updates).toEqual([]);
});

test("A file that changes during the preview is refused.", async () => {
  const pulumi = fake(promotion, { onPreview: () => fs.writeFileSync(path.join(root, "index.ts"), "changed") });
  expect(await run(pulumi, await digestOf(pulumi, promotion))).toMatchObject({
    result: "refused",
    reason: "Files have changed during the preview.",
  });
  expect(pulumi.updates).toEqual([]);
});

test.each([
  ["after its last event", promotion],
  ["before its first event", "Error: preview canceled"],
])("After Ctrl-C during the preview, %s, nothing is applied.", async (_, events) => {
  const controller = new AbortController();
  const pulumi = fake(events, { onPreview: () => controller.abort() });
  const digest = await digestOf(pulumi, promotion);
  expect(await run(pulumi, digest, { interrupted: controller.signal })).toMatchObject({
    result: "refused",
    reason: "The command was interrupted.",
  });
  expect(pulumi.updates).toEqual([]);
});

test("An invalid digest is an error before pulumi previews.", async () => {
  const pulumi = fake(promotion);
  await expect(run(pulumi, "m1-0")).rejects.toThrow("The digest is invalid");
  expect(pulumi.planFolder).toBeUndefined();
});

test("Environment variables that change what a run does change the digest. Others, such as those of logins, don't.", async () => {
  const digest = (environment: NodeJS.ProcessEnv) => digestOf(fake(promotion, { environment }), promotion);
  const none = await digest({});
  for (const name of ["MOOR_WAITS", "MOOR_ENDPOINTS", "MOOR_FINDINGS", "ARM_SUBSCRIPTION_ID", "PULUMI_OPTION_REFRESH"]) {
    expect(await digest({ [name]: "x" })).not.toBe(none);
  }
  expect(await digest({ ARM_CLIENT_ID: "x", ARM_OIDC_TOKEN: "x", PULUMI_CONFIG_PASSPHRASE: "x", PATH: "x", MOOR_WAITS: "" })).toBe(none);
});

describe("An update plan holds", () => {
  const withoutBuilds = (name: string) => {
    const preview = previewOf(name);
    return { ...preview, steps: preview.steps.filter(({ token }) => token !== "docker:index/image:Image") };
  };

  test.each(["noChange", "promotion", "shareWithinCapacity", "gateOff"])("for %s without an image that Docker builds", (name) => {
    expect(planHolds(withoutBuilds(name))).toBe(true);
    expect(planHolds(previewOf(name))).toBe(false);
  });

  test.each(["firstUp", "model", "endpointAdded"])("not for %s, which creates resources", (name) => {
    expect(planHolds(withoutBuilds(name))).toBe(false);
  });

  test("not for an update of an autoscaled deployment", () => {
    expect(planHolds(withoutBuilds("tag"))).toBe(false);
  });
});

test("A plan that holds is applied with it.", async () => {
  const events = promotion
    .split("\n")
    .filter((line) => !line.includes("docker:index/image:Image::"))
    .join("\n");
  const pulumi = fake(events);
  expect(await run(pulumi, await digestOf(pulumi, events))).toMatchObject({ result: "applied" });
  expect(pulumi.updates).toEqual([["up", "--yes", "--skip-preview", "--plan", path.join(pulumi.planFolder!, "plan.json")]]);
});
