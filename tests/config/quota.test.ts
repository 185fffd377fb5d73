// Proves how much of the declared quota a stack file and a lock file require, and how missing quota is reported. Doesn't prove what Azure
// counts (see its documentation), or which deployments exist when a run starts.
import { checkStack } from "../../config/checkStack";
import { reportErrors } from "../../config/errors";
import { existingImage } from "../../config/images/resolve";
import { type Lock, writeLock } from "../../config/lockFile";
import { decideDeployment, deploymentRequirements } from "../../config/requirements";
import { type Settings, settingsSchema } from "../../config/stackFile";
import { mirroredOf } from "../../config/stagedWeights";
import type { DeploymentDecision } from "../../planner/decision";
import { digest, goodSettings, rawStack, scoreDeployment, type Tree, vllmDeployment } from "./stacks";

const image = `moor/vllm@${digest}`;
const locatedImage = existingImage("moor:images.vllm", image);
const current = "a".repeat(40);
const before = "b".repeat(40);

/** Up to six A100 with a lock file; `limit` and `others` are for their family. */
function prod(limit: number, others = 0, change: (main: Tree) => void = () => {}): Tree {
  const settings = goodSettings();
  const main = vllmDeployment({ scale: { min: 3, max: 6 }, instances: undefined });
  Object.assign(main.vllm, { source: "mirror", revision: current });
  change(main);
  settings["moor:lock"] = "required";
  settings["moor:endpoints"].chat.deployments.main = main;
  settings["moor:quota"] = { NCADSA100v4: { limit, others } };
  return settings;
}

function decision(settings: Tree, revision: string, size?: string, staged = true): DeploymentDecision {
  const parsed = parse(settings)["moor:endpoints"].chat!.deployments.main!;
  const wished = size === undefined ? parsed : { ...parsed, size };
  const outcome = decideDeployment("main", wished, { image: locatedImage.reference, region: "swedencentral", revision });
  if ("problems" in outcome) throw new Error(JSON.stringify(outcome.problems));
  return { ...outcome.decision, model: { ...mirroredOf(outcome.decision)!, staged } };
}

const parse = (settings: Tree): Settings => settingsSchema.parse(JSON.parse(JSON.stringify(settings)));

interface Locked {
  /** Whether the lock file contains a previous decision, and its size. */
  readonly previous?: true | string;
  readonly staged?: boolean;
}

function check(settings: Tree, { previous, staged = true }: Locked = {}) {
  const wish = deploymentRequirements(parse(settings)["moor:endpoints"].chat!.deployments.main!, locatedImage);
  const entry = {
    wish,
    current: decision(settings, current, undefined, staged),
    ...(previous ? { previous: decision(settings, before, previous === true ? undefined : previous) } : {}),
  } as Lock["endpoints"][string][string];
  const lock = {
    version: 1 as const,
    stack: "prod",
    location: "swedencentral",
    madeBy: "moor 0.1.0",
    endpoints: { chat: { main: entry } },
  };
  return checkStack(rawStack(settings, { stack: "prod", lock: writeLock(lock) }));
}

function outcomeOf(settings: Tree, locked?: Locked): string {
  const checked = check(settings, locked);
  if (!("errors" in checked)) return checked.spec.notes.join("\n") || "fits";
  return checked.errors.map(({ code, path, problem }) => `${code} ${path} ${problem.split("\n")[0]}`).join("\n");
}

const missing = (cores: number) => (cores === 1 ? "1 vCPU is" : `${cores} vCPUs are`);
const short = (needed: number, limit: number, others: number) =>
  `MOOR301 moor:quota.NCADSA100v4 The stack requires ${needed} vCPUs in swedencentral. The limit is ${limit}, of which other workloads use ${others}: ${missing(needed + others - limit)} missing.`;
const tight = (needed: number, rollout: number, others = 0) =>
  `The quota of NCADSA100v4 is enough for this stack (${needed} vCPUs), but not for a rollout of all its deployments (${rollout} vCPUs). Before you change a model, size, image or flag, request a limit of ${rollout + others} vCPUs, or set \`update: inPlace\`.`;

test.each<[string, Tree, Locked, string]>([
  ["full scale fits, and a rollout too", prod(288), {}, "fits"],
  ["full scale fits to the core, and a rollout wouldn't", prod(144), {}, tight(144, 288)],
  ["full scale is one core short", prod(143), {}, short(144, 143, 0)],
  ["what others hold is not there", prod(144, 24), {}, short(144, 144, 24)],
  ["a rollout that the lock names has room", prod(288, 0), { previous: true }, "fits"],
  ["a rollout that the lock names has no room", prod(287), { previous: true }, short(288, 287, 0)],
  ["an in-place update needs no second deployment", prod(144, 0, (main) => (main.update = "inPlace")), { previous: true }, "fits"],
  [
    "in place, but of another size, which Azure can't change",
    prod(431, 0, (main) => (main.update = "inPlace")),
    { previous: "Standard_NC48ads_A100_v4" },
    short(432, 431, 0),
  ],
  ["the previous one is kept", prod(288, 0, (main) => (main.keepPrevious = true)), { previous: true }, "fits"],
  ["the previous one is kept without room", prod(287, 0, (main) => (main.keepPrevious = true)), { previous: true }, short(288, 287, 0)],
  ["to keep a previous one that isn't there yet costs nothing", prod(288, 0, (main) => (main.keepPrevious = true)), {}, "fits"],
])("%s", (_, settings, locked, outcome) => {
  expect(outcomeOf(settings, locked)).toBe(outcome);
});

test("a deployment whose weights aren't staged counts: it is created without another change of the stack file", () => {
  expect(outcomeOf(prod(143), { staged: false })).toBe(short(144, 143, 0));
});

test("the report contains the numbers, the deployments, the fixes and the text of a quota request", () => {
  const checked = check(prod(96, 24), { previous: true });
  const { name } = decision(prod(0), before);
  expect("errors" in checked && reportErrors("prod", checked.errors)).toBe(
    [
      'Stack "prod" has 1 configuration error. Nothing was created or changed.',
      "",
      "MOOR301 moor:quota.NCADSA100v4",
      "  The stack requires 288 vCPUs in swedencentral. The limit is 96, of which other workloads use 24: 216 vCPUs are missing.",
      "    - prod/chat/main: 144 vCPUs (6 instances × 24 vCPUs)",
      `    - prod/chat/main: 144 vCPUs more for ${name}, which runs until its traffic has moved (6 instances × 24 vCPUs)`,
      "  Allowed: a limit of 312 or more",
      "  Fix: Request a quota of 312 vCPUs from Azure and set `limit` to the granted number; or reduce `instances` or `scale.max`; or if the rollout of chat/main has ended, run `npm run retire -- -s prod --endpoint chat --label main`. Text of the quota request:",
      "    Request: Azure Machine Learning compute quota, dedicated, NCADSA100v4 family, region swedencentral.",
      "    New limit: 312 vCPUs. Current limit: 96 vCPUs.",
      "    Use: managed online endpoints; 288 vCPUs at maximum scale, 288 while new versions run next to old ones, and 24 for other workloads.",
      "    - prod/chat/main: 144 vCPUs (6 instances × 24 vCPUs)",
      `    - prod/chat/main: 144 vCPUs more for ${name}, which runs until its traffic has moved (6 instances × 24 vCPUs)`,
      "    This is a quota of Azure Machine Learning, separate from the subscription's VM quota.",
    ].join("\n"),
  );
});

test("a stack without a lock file is checked without rollouts, with Azure's reserve of 20% if the size isn't exempt", () => {
  const settings = goodSettings();
  settings["moor:endpoints"].fraud = { auth: "key", deployments: { main: scoreDeployment({ instances: 2 }) } };
  settings["moor:quota"] = { NCADSA100v4: { limit: 48 }, DSv2: { limit: 11 } };
  const checked = checkStack(rawStack(settings));
  expect("errors" in checked && checked.errors.map(({ path, problem }) => [path, problem])).toEqual([
    [
      "moor:quota.DSv2",
      "The stack requires 12 vCPUs in swedencentral. The limit is 11, of which other workloads use 0: 1 vCPU is missing.\n    - dev/fraud/main: 12 vCPUs (2 instances and 1 reserved for upgrades (20%, rounded up) × 4 vCPUs)",
    ],
  ]);
});

test("missing quota is in the same report as other errors, and counts only the valid parts", () => {
  const settings = goodSettings();
  const broken = { ...vllmDeployment({ weight: 0, size: "Standard_X" }) };
  settings["moor:endpoints"].chat.deployments = { main: vllmDeployment({ instances: 5 }), broken };
  settings["moor:quota"] = { NCADSA100v4: { limit: 96 } };
  const checked = checkStack(rawStack(settings));
  expect("errors" in checked && checked.errors.map(({ code, path }) => [code, path])).toEqual([
    ["MOOR030", "moor:endpoints.chat.deployments.broken.size"],
    ["MOOR301", "moor:quota.NCADSA100v4"],
  ]);
});

test("without a lock file, missing quota is reported together with the missing lock file", () => {
  const checked = checkStack(rawStack(prod(96), { stack: "prod" }));
  expect("errors" in checked && checked.errors.map(({ code }) => code)).toEqual(["MOOR050", "MOOR301"]);
});

test("families without a declared quota are one note each, not an error", () => {
  const settings = goodSettings();
  settings["moor:endpoints"].fraud = { auth: "key", deployments: { main: scoreDeployment(), next: scoreDeployment({ weight: 0 }) } };
  const checked = checkStack(rawStack(settings));
  expect("spec" in checked && checked.spec.notes.filter((note) => note.startsWith("The quota"))).toEqual([
    "The quota of DSv2 is not declared in moor:quota, so Moor can't check whether Azure granted the 16 vCPUs that this stack requires in swedencentral.",
    "The quota of NCADSA100v4 is not declared in moor:quota, so Moor can't check whether Azure granted the 24 vCPUs that this stack requires in swedencentral; by default, the quota of GPU families is 0.",
  ]);
});
