// Proves what a stack file and a lock need of the declared quota, and how a shortage is reported. Doesn't prove what Azure counts (its
// documentation does), nor what stands beside a deployment when a run begins: a commit doesn't tell.
import { checkStack } from "../../config/checkStack";
import { type Lock, writeLock } from "../../config/lockFile";
import { reportMistakes } from "../../config/mistakes";
import { type Settings, settingsSchema } from "../../config/stackFile";
import { decideDeployment, deploymentWish, parseImage } from "../../config/wish";
import type { DeploymentDecision } from "../../planner/decision";
import { digest, goodSettings, rawStack, scoreDeployment, type Tree, vllmDeployment } from "./stacks";

const image = `moor/vllm@${digest}`;
const current = "a".repeat(40);
const before = "b".repeat(40);

/** Up to six A100, from a lock; `limit` and `others` are of their family. */
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
  const outcome = decideDeployment("main", wished, { image: parseImage(image), region: "swedencentral", revision });
  if ("problems" in outcome) throw new Error(JSON.stringify(outcome.problems));
  return { ...outcome.decision, model: { ...outcome.decision.model!, staged } };
}

const parse = (settings: Tree): Settings => settingsSchema.parse(JSON.parse(JSON.stringify(settings)));

interface Locked {
  /** Whether the lock names a decision before the current one, and its size. */
  readonly previous?: true | string;
  readonly staged?: boolean;
}

function check(settings: Tree, { previous, staged = true }: Locked = {}) {
  const wish = deploymentWish(parse(settings)["moor:endpoints"].chat!.deployments.main!, { vllm: image });
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
  if (!("mistakes" in checked)) return checked.spec.notes.join("\n") || "fits";
  return checked.mistakes.map(({ code, path, problem }) => `${code} ${path} ${problem.split("\n")[0]}`).join("\n");
}

const missing = (cores: number) => (cores === 1 ? "1 is" : `${cores} are`);
const short = (needed: number, limit: number, others: number) =>
  `MOOR301 moor:quota.NCADSA100v4 ${needed} cores are needed in swedencentral; the limit is ${limit}, of which others hold ${others}: ${missing(needed + others - limit)} missing.`;
const tight = (needed: number, rollout: number, others = 0) =>
  `Quota of NCADSA100v4 holds what this stack needs (${needed} cores), but not while every deployment is replaced beside the old one (${rollout}): before a change of model, size, image or flags, ask for a limit of ${rollout + others}, or set \`update: inPlace\`.`;

test.each<[string, Tree, Locked, string]>([
  ["full scale fits, and a rollout too", prod(288), {}, "fits"],
  ["full scale fits to the core, and a rollout wouldn't", prod(144), {}, tight(144, 288)],
  ["full scale is one core short", prod(143), {}, short(144, 143, 0)],
  ["what others hold is not there", prod(144, 24), {}, short(144, 144, 24)],
  ["a rollout that the lock names has room", prod(288, 0), { previous: true }, "fits"],
  ["a rollout that the lock names has no room", prod(287), { previous: true }, short(288, 287, 0)],
  ["in place there is nothing beside it", prod(144, 0, (main) => (main.update = "inPlace")), { previous: true }, "fits"],
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

test("a deployment that waits for its weights counts already: it comes without another change of the stack file", () => {
  expect(outcomeOf(prod(143), { staged: false })).toBe(short(144, 143, 0));
});

test("the report has the numbers, the deployments, the ways out and a request that can be sent as it is", () => {
  const checked = check(prod(96, 24), { previous: true });
  const { name } = decision(prod(0), before);
  expect("mistakes" in checked && reportMistakes("prod", checked.mistakes)).toBe(
    [
      'Stack "prod" has one mistake. Nothing was created or changed.',
      "",
      "MOOR301 moor:quota.NCADSA100v4",
      "  288 cores are needed in swedencentral; the limit is 96, of which others hold 24: 216 are missing.",
      "    - prod/chat/main: 144 vCPUs (6 instances × 24 vCPUs)",
      `    - prod/chat/main: 144 vCPUs more for ${name}, which runs until its traffic has moved (6 instances × 24 vCPUs)`,
      "  Allowed: a limit of 312 or more",
      "  Fix: Ask Azure for 312 cores and write here what it grants; or lower `instances` or `scale.max`; or if the rollout of chat/main has ended, run `npm run retire -- -s prod --endpoint chat --label main`. The request, ready to be sent:",
      "    Request: Azure Machine Learning compute quota, dedicated, NCADSA100v4 family, region swedencentral.",
      "    New limit: 312 vCPUs. Current limit: 96 vCPUs.",
      "    Use: managed online endpoints; 288 vCPUs at maximum scale, 288 while new versions run next to old ones, and 24 for other workloads.",
      "    - prod/chat/main: 144 vCPUs (6 instances × 24 vCPUs)",
      `    - prod/chat/main: 144 vCPUs more for ${name}, which runs until its traffic has moved (6 instances × 24 vCPUs)`,
      "    This is a quota of Azure Machine Learning, separate from the subscription's VM quota.",
    ].join("\n"),
  );
});

test("a stack without a lock is held to its steady need, with Azure's reserve of 20 % where the size isn't exempt", () => {
  const settings = goodSettings();
  settings["moor:endpoints"].fraud = { auth: "key", deployments: { main: scoreDeployment({ instances: 2 }) } };
  settings["moor:quota"] = { NCADSA100v4: { limit: 48 }, DSv2: { limit: 11 } };
  const checked = checkStack(rawStack(settings));
  expect("mistakes" in checked && checked.mistakes.map(({ path, problem }) => [path, problem])).toEqual([
    [
      "moor:quota.DSv2",
      "12 cores are needed in swedencentral; the limit is 11, of which others hold 0: 1 is missing.\n    - dev/fraud/main: 12 vCPUs (2 instances and 1 reserved for upgrades (20 %, rounded up) × 4 vCPUs)",
    ],
  ]);
});

test("a shortage is in the same report as other mistakes, of which it counts the good parts only", () => {
  const settings = goodSettings();
  const broken = { ...vllmDeployment({ weight: 0, size: "Standard_X" }) };
  settings["moor:endpoints"].chat.deployments = { main: vllmDeployment({ instances: 5 }), broken };
  settings["moor:quota"] = { NCADSA100v4: { limit: 96 } };
  const checked = checkStack(rawStack(settings));
  expect("mistakes" in checked && checked.mistakes.map(({ code, path }) => [code, path])).toEqual([
    ["MOOR030", "moor:endpoints.chat.deployments.broken.size"],
    ["MOOR301", "moor:quota.NCADSA100v4"],
  ]);
});

test("without a lock, a shortage shows beside the lock's absence", () => {
  const checked = checkStack(rawStack(prod(96), { stack: "prod" }));
  expect("mistakes" in checked && checked.mistakes.map(({ code }) => code)).toEqual(["MOOR050", "MOOR301"]);
});

test("families that aren't declared are one note each and no mistake", () => {
  const settings = goodSettings();
  settings["moor:endpoints"].fraud = { auth: "key", deployments: { main: scoreDeployment(), next: scoreDeployment({ weight: 0 }) } };
  const checked = checkStack(rawStack(settings));
  expect("spec" in checked && checked.spec.notes.filter((note) => note.startsWith("Quota"))).toEqual([
    "Quota of DSv2 isn't declared under moor:quota, so nothing here tells whether the 16 cores that this stack needs in swedencentral are granted.",
    "Quota of NCADSA100v4 isn't declared under moor:quota, so nothing here tells whether the 24 cores that this stack needs in swedencentral are granted; GPU families start at 0.",
  ]);
});
