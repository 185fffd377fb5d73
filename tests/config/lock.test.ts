/** Tests reading, rejecting and comparing lock files. Doesn't prove how `npm run lock` makes decisions. */
import { isPair, parse, parseDocument, visit } from "yaml";
import { checkStack } from "../../config/checkStack";
import { reportErrors } from "../../config/errors";
import { existingImage } from "../../config/images/resolve";
import { schemaFiles } from "../../config/jsonSchema";
import { type Lock, readLock, requirementDifferences, writeLock } from "../../config/lockFile";
import { decideDeployment, deploymentRequirements } from "../../config/requirements";
import { type DeploymentSettings, settingsSchema } from "../../config/stackFile";
import { mirroredOf } from "../../config/stagedWeights";
import type { DeploymentDecision, ScaleRule } from "../../planner/decision";
import { digest, goodSettings, rawStack, revision, type Tree, vllmDeployment } from "./stacks";

const image = `moor/vllm@${digest}`;
const locatedImage = existingImage("moor:images.vllm", image);
/** The default rollout settings of a deployment. */
const rollout = { update: "newDeployment", keepPrevious: false };
const takeBack =
  "Restore the committed lock file with `git checkout moor.lock.prod.yaml`. If no lock file is committed, delete the file and run `npm run lock -- -s prod`, which discards the `staged` values and the previous decisions.";
const other = "b968826d9c46dd6066d109eabc6255188de91218";

/** A production stack with staged weights, `size: auto` and no revision. The lock file contains all three values. */
function prodSettings(change: (main: Tree) => void = () => {}): Tree {
  const { "moor:lock": _, ...settings } = goodSettings();
  const main = vllmDeployment({ size: "auto" });
  Object.assign(main.vllm, { source: "mirror", revision: undefined });
  change(main);
  settings["moor:endpoints"].chat.deployments.main = main;
  settings["moor:quota"] = { NCASv3_T4: { limit: 96 } };
  return settings;
}

function deploymentSettings(settings: Tree): DeploymentSettings {
  return settingsSchema.parse(JSON.parse(JSON.stringify(settings)))["moor:endpoints"].chat!.deployments.main!;
}

function decision(staged: boolean, commit = revision): DeploymentDecision {
  const resolved = { image: locatedImage.reference, region: "swedencentral", revision: commit };
  const outcome = decideDeployment("main", deploymentSettings(prodSettings()), resolved);
  if ("problems" in outcome) throw new Error(JSON.stringify(outcome.problems));
  const decided = outcome.decision;
  return { ...decided, model: { ...mirroredOf(decided)!, staged } };
}

function lock(changes: { current?: DeploymentDecision; previous?: DeploymentDecision; top?: Partial<Lock> } = {}): string {
  const wish = deploymentRequirements(deploymentSettings(prodSettings()), locatedImage);
  const { current = decision(true), previous } = changes;
  const entry = { wish, current, ...(previous ? { previous } : {}) } as Lock["endpoints"][string][string];
  const made = {
    version: 1 as const,
    stack: "prod",
    location: "swedencentral",
    madeBy: "moor 0.1.0",
    endpoints: { chat: { main: entry } },
  };
  return writeLock({ ...made, ...changes.top });
}

function check(lockText: string | undefined, settings = prodSettings()) {
  return checkStack(rawStack(settings, { stack: "prod", ...(lockText === undefined ? {} : { lock: lockText }) }));
}

function errors(lockText: string | undefined, settings = prodSettings()) {
  const checked = check(lockText, settings);
  return ("errors" in checked ? checked.errors : []).map(({ code, path, problem }) => ({ code, path, problem }));
}

function specOf(lockText: string, settings = prodSettings()) {
  const checked = check(lockText, settings);
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
}

test("a lock file reads back as it was written", () => {
  const read = readLock("prod", lock({ previous: decision(true, other) }));
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  expect(read.lock.endpoints.chat?.main?.current).toEqual(decision(true));
  expect(read.lock.endpoints.chat?.main?.previous).toEqual(decision(true, other));
});

test("the reasons are comments above their decision, and are read back with it", () => {
  const text = lock({ previous: { ...decision(true, other), reasons: ["an old reason: with a colon", "and # another"] } });
  expect(parse(text).endpoints.chat.main.current).not.toHaveProperty("reasons");
  const path = "models/Qwen--Qwen2.5-0.5B-Instruct";
  const changed = [`model.revision "${other}" → "${revision}"`, `model.path "${path}/${other}" → "${path}/${revision}"`].map(
    (what) => `        # changed from ${decision(true, other).name}: ${what}\n`,
  );
  expect(text).toContain(
    `      current:\n${changed.join("")}        # ${decision(true).reasons[0]}\n        # ${decision(true).reasons[1]}\n`,
  );
  expect(text).toContain("      previous:\n        # an old reason: with a colon\n        # and # another\n        name: main-");
  const read = readLock("prod", text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  expect(read.lock.endpoints.chat?.main?.previous?.reasons).toEqual(["an old reason: with a colon", "and # another"]);
  expect(writeLock(read.lock)).toBe(text);
});

describe("windows and cooldown", () => {
  const scaled = (times: Partial<ScaleRule>) =>
    lock({ current: { ...decision(true), scaleRule: { ...decision(true).scaleRule, ...times } } });
  const rules = (text: string) => {
    const read = readLock("prod", text);
    return "errors" in read
      ? read.errors.map(({ code, path, allowed }) => [code, path, allowed])
      : read.lock.endpoints.chat?.main?.current.scaleRule;
  };
  const thresholds = decision(true).scaleRule;
  const place = "moor.lock.prod.yaml.endpoints.chat.main.current.scaleRule";

  test.each<[string, Partial<ScaleRule>]>([
    ["nothing", {}],
    ["Azure's least", { scaleOutWindowMinutes: 5, scaleInWindowMinutes: 5, cooldownMinutes: 1 }],
    ["Azure's most", { scaleOutWindowMinutes: 720, scaleInWindowMinutes: 720, cooldownMinutes: 10_080 }],
    ["one of them", { cooldownMinutes: 40 }],
  ])("a lock file with %s reads back unchanged, without additional values, and is written with the same bytes", (_, times) => {
    const text = scaled(times);
    expect(rules(text)).toStrictEqual({ ...thresholds, ...times });
    const read = readLock("prod", text);
    expect("lock" in read && writeLock(read.lock)).toBe(text);
    expect(errors(text)).toEqual([]);
  });

  test.each<[keyof ScaleRule, number, string]>([
    ["scaleOutWindowMinutes", 4, "a whole number from 5 to 720, Azure's limits, in minutes"],
    ["scaleInWindowMinutes", 721, "a whole number from 5 to 720, Azure's limits, in minutes"],
    ["cooldownMinutes", 0, "a whole number from 1 to 10080, Azure's limits, in minutes"],
    ["cooldownMinutes", 10_081, "a whole number from 1 to 10080, Azure's limits, in minutes"],
  ])("%s of %d is out of range", (key, value, allowed) => {
    expect(rules(scaled({ [key]: value }))).toEqual([["MOOR051", `${place}.${key}`, allowed]]);
  });
});

test("optional keys of a decision and its entry are absent at their defaults, and the schema adds none", () => {
  const read = readLock("prod", lock());
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  expect(Object.keys(read.lock.endpoints.chat?.main ?? {})).toEqual(["wish", "current"]);
  expect(Object.keys(read.lock.endpoints.chat?.main?.current.scaleRule ?? {})).toEqual(["scaleOutAbove", "scaleInBelow"]);
  expect(schemaFiles()["lock.schema.json"]).not.toContain('"default":');
});

test("a stack with a lock file uses its decision", () => {
  const spec = specOf(lock());
  expect(spec.decisionsFrom).toBe("lock");
  expect(spec.endpoints[0]?.deployments).toEqual([
    { label: "main", decision: decision(true), instances: 1, weight: 100, mirror: 0, ...rollout },
  ]);
  expect(spec.skipped).toEqual([]);
  expect(spec.notes).toEqual([]);
});

test("a stack without a lock file is rejected with the command that creates it", () => {
  const checked = check(undefined);
  expect(checked).toEqual({
    errors: [
      {
        code: "MOOR050",
        path: "moor.lock.prod.yaml",
        problem: "The stack has no lock file, which records the decisions: sizes, flags and images.",
        allowed: "a committed lock file, or `moor:lock: none` for development",
        fix: "Run `npm run lock -- -s prod` and commit moor.lock.prod.yaml.",
      },
    ],
  });
});

test("a missing lock file is reported together with the errors of the stack file", () => {
  const wrong = prodSettings((main) => (main.weight = 101));
  expect(errors(undefined, wrong).map(({ code }) => code)).toEqual(["MOOR005", "MOOR050"]);
});

test.each([
  ["no YAML", "a: [", "moor.lock.prod.yaml"],
  ["no map", "text", "moor.lock.prod.yaml"],
  ["nothing in it", "", "moor.lock.prod.yaml"],
  ["its end cut off", lock().slice(0, lock().indexOf("        name: main-")), "moor.lock.prod.yaml.endpoints.chat.main.current"],
  ["another version", lock().replace("version: 1", "version: 2"), "moor.lock.prod.yaml.version"],
  ["a key too many", `${lock()}extra: 1\n`, "moor.lock.prod.yaml.extra"],
  [
    "a size that doesn't exist",
    lock().replace("instanceType: Standard_NC4as_T4_v3", "instanceType: X"),
    "moor.lock.prod.yaml.endpoints.chat.main.current.instanceType",
  ],
])("a lock file with %s is invalid", (_, text, path) => {
  const checked = check(text);
  const found = "errors" in checked ? checked.errors : [];
  expect(found.map(({ code, path: at, fix }) => ({ code, path: at, fix }))).toEqual([{ code: "MOOR051", path, fix: takeBack }]);
});

test("for each missing value or wrong type in a lock file, the report contains Moor's text of what is allowed", () => {
  const times = { scaleOutWindowMinutes: 10, scaleInWindowMinutes: 40, cooldownMinutes: 40 };
  const current = { ...decision(true), scaleRule: { ...decision(true).scaleRule, ...times } };
  const good = lock({ current, previous: decision(true, other) });
  const places: (readonly (string | number)[])[] = [];
  visit(parseDocument(good), {
    Pair: (_, { key }, path) => {
      const keys = path.flatMap((node) => (isPair(node) ? [String(node.key)] : []));
      places.push([...keys, String(key)]);
    },
  });
  const reports = places.flatMap((place) =>
    [null, undefined, [], 0.5].map((wrong) => {
      const document = parseDocument(good);
      if (wrong === undefined) document.deleteIn(place);
      else document.setIn(place, wrong);
      const read = readLock("prod", document.toString());
      return "errors" in read ? reportErrors("prod", read.errors) : "";
    }),
  );
  expect(places.length).toBeGreaterThan(80);
  expect(reports.filter((text) => text !== "").length).toBeGreaterThan(200);
  expect(reports.filter((text) => /Invalid|expected|received/.test(text))).toEqual([]);
});

test("a manually edited value no longer matches the name", () => {
  const edited = lock({ previous: decision(true, other) }).replaceAll("--max-num-seqs", "--max-num-batched-tokens");
  expect(errors(edited).map(({ code, path }) => ({ code, path }))).toEqual([
    { code: "MOOR053", path: "moor.lock.prod.yaml.endpoints.chat.main.current.name" },
    { code: "MOOR053", path: "moor.lock.prod.yaml.endpoints.chat.main.previous.name" },
  ]);
  const read = readLock("prod", edited);
  expect("errors" in read && read.errors.map(({ fix }) => fix)).toEqual([takeBack, takeBack]);
});

test.each<[string, (text: string) => string, string, string]>([
  [
    "another commit",
    (text) => text.replace("vllm.concurrencyPerInstance: 8", `vllm.concurrencyPerInstance: 8\n        vllm.revision: ${other}`),
    "wish.vllm.revision",
    `The value under \`wish\` is "${other}", but the decision ${decision(true).name} was made for "${revision}".`,
  ],
  [
    "another load",
    (text) => text.replace("vllm.concurrencyPerInstance: 8", "vllm.concurrencyPerInstance: 16"),
    "wish.vllm.concurrencyPerInstance",
    `The value under \`wish\` is 16, but the decision ${decision(true).name} was made for 8.`,
  ],
  [
    "another size",
    (text) => text.replace("size: auto", "size: Standard_NC24ads_A100_v4"),
    "wish.size",
    `The value under \`wish\` is "Standard_NC24ads_A100_v4", but the decision ${decision(true).name} was made for "Standard_NC4as_T4_v3".`,
  ],
])("requirements for %s than those of the decision are an inconsistency", (_, edit, path, problem) => {
  expect(edit(lock())).not.toBe(lock());
  expect(errors(edit(lock()))).toEqual([{ code: "MOOR053", path: `moor.lock.prod.yaml.endpoints.chat.main.${path}`, problem }]);
});

test("a lock file allows only the size of its decision: another size that is not valid is an error", () => {
  const changed = prodSettings((main) => (main.size = "Standard_DS3_v2"));
  expect(errors(lock(), changed).map(({ code, path }) => [code, path])).toEqual([["MOOR032", "moor:endpoints.chat.deployments.main.size"]]);
});

test("a previous decision that equals the current one is an inconsistency", () => {
  expect(errors(lock({ previous: decision(true) }))).toEqual([
    {
      code: "MOOR053",
      path: "moor.lock.prod.yaml.endpoints.chat.main.previous.name",
      problem: `The previous decision has the same name as the current one: "${decision(true).name}".`,
    },
  ]);
});

test("staging the weights doesn't change the name", () => {
  expect(decision(true).name).toBe(decision(false).name);
  const markedByHand = lock({ current: decision(false) }).replace("staged: false", "staged: true");
  expect(markedByHand).toBe(lock());
  expect(errors(markedByHand)).toEqual([]);
});

test("a lock file of another region is rejected", () => {
  const problem =
    "The stack is in westeurope (moor.lock.prod.yaml), but the stack file sets swedencentral. A stack can't be moved: Pulumi would delete and recreate every resource.";
  expect(errors(lock({ top: { location: "westeurope" } }))).toEqual([{ code: "MOOR066", path: "azure-native:location", problem }]);
});

test("a lock file of another stack is rejected, whatever its region: its staged weights are in that stack's storage", () => {
  const problem = 'The lock file belongs to stack "dev", not to "prod".';
  for (const top of [{ stack: "dev" }, { stack: "dev", location: "westeurope" }]) {
    expect(errors(lock({ top }))).toEqual([{ code: "MOOR054", path: "moor.lock.prod.yaml.stack", problem }]);
  }
});

test("an outdated lock file is rejected with each difference and the command", () => {
  const changed = prodSettings((main) => {
    main.vllm.context = "16k";
    main.vllm.flags = { dtype: "half" };
    main.instances = 4;
  });
  const checked = check(lock(), changed);
  expect(checked).toEqual({
    errors: [
      {
        code: "MOOR052",
        path: "moor:endpoints.chat.deployments.main",
        problem:
          'The lock file was created for other requirements: vllm.context was 8192 and is now 16384; vllm.flags.dtype was not set and is now "half".',
        allowed: "a lock file that matches the stack file",
        fix: "Run `npm run lock -- -s prod`, review the changes, and commit moor.lock.prod.yaml.",
      },
    ],
  });
});

test("instances, scale, weight and mirror are not part of a decision, so changing them doesn't make the lock file outdated", () => {
  const changed = prodSettings((main) => {
    delete main.instances;
    Object.assign(main, { scale: { min: 2, max: 4 }, weight: 0 });
  });
  expect(errors(lock(), changed)).toEqual([]);
  const wish = (mirror: number) => deploymentRequirements(deploymentSettings(prodSettings((main) => (main.mirror = mirror))), locatedImage);
  expect(requirementDifferences(wish(0), wish(20))).toEqual([]);
});

test("deployments that are only in the lock file or only in the stack file make it outdated", () => {
  const renamed = prodSettings();
  const { main } = renamed["moor:endpoints"].chat.deployments;
  renamed["moor:endpoints"].chat.deployments = { next: main };
  expect(errors(lock(), renamed)).toEqual([
    { code: "MOOR052", path: "moor:endpoints.chat.deployments.next", problem: "The lock file has no decision for this deployment." },
    {
      code: "MOOR052",
      path: "moor.lock.prod.yaml.endpoints.chat.main",
      problem: "The lock file contains a deployment that is not in the stack file.",
    },
  ]);
});

test("requirements don't depend on the format of the context", () => {
  const number = deploymentRequirements(deploymentSettings(prodSettings((main) => (main.vllm.context = 8192))), locatedImage);
  expect(requirementDifferences(deploymentRequirements(deploymentSettings(prodSettings()), locatedImage), number)).toEqual([]);
});

test("a deployment whose weights aren't staged is skipped, with instructions to stage them", () => {
  const spec = specOf(lock({ current: decision(false) }));
  expect(spec.endpoints.map(({ key, deployments }) => ({ key, deployments }))).toEqual([{ key: "chat", deployments: [] }]);
  const message = `Deployment chat/main is skipped: its weights are not staged. To stage them, run \`npm run mirror -- -s prod\` inside the network, or with \`--via azure\` outside of it, and commit moor.lock.prod.yaml. Then run \`pulumi up\` again. chat/main will cost 407.34 USD/month at list price.`;
  const instances = [
    {
      kind: "instances",
      name: `chat/${decision(false).name}`,
      instanceType: "Standard_NC4as_T4_v3",
      region: "swedencentral",
      min: 1,
      max: 1,
      usdPerHour: 0.558,
    },
  ];
  expect(spec.skipped).toEqual([{ endpoint: "chat", label: "main", message, instances }]);
  expect(spec.notes).toEqual([message]);
});

test("while the new weights aren't staged, the previous decision continues to serve", () => {
  const spec = specOf(lock({ current: decision(false), previous: decision(true, other) }));
  expect(spec.endpoints[0]?.deployments).toEqual([
    { label: "main", decision: decision(true, other), instances: 1, weight: 100, mirror: 0, ...rollout },
  ]);
  expect(spec.skipped[0]?.message).toContain(`Until then, ${decision(true, other).name} continues to serve.`);
});

test("a previous decision is kept with the current one", () => {
  const [deployment] = specOf(lock({ previous: decision(true, other) })).endpoints[0]?.deployments ?? [];
  expect(deployment?.decision.name).toBe(decision(true).name);
  expect(deployment?.previous?.name).toBe(decision(true, other).name);
});

describe("a preview rejects a commit of another model", () => {
  const path = "moor:endpoints.chat.deployments.main.vllm.revision";
  const coder = "Qwen/Qwen2.5-Coder-7B-Instruct";
  const changed = () =>
    prodSettings((main) => {
      main.vllm.model = coder;
      main.vllm.revision = revision;
    });

  test("that is in the lock file of the stack", () => {
    expect(errors(lock(), changed()).map(({ code, path: at }) => [code, at])).toEqual([["MOOR064", path]]);
  });

  test("that is in another lock file, in a stack without a lock file", () => {
    const settings: Tree = { ...changed(), "moor:lock": "none" };
    settings["moor:endpoints"].chat.deployments.main = {
      ...settings["moor:endpoints"].chat.deployments.main,
      size: "Standard_NC24ads_A100_v4",
    };
    settings["moor:endpoints"].chat.deployments.main.vllm.source = "hub";
    const check = (otherLocks: Record<string, string>) => {
      const checked = checkStack(rawStack(settings, { stack: "dev", otherLocks }));
      return "errors" in checked ? checked.errors.map(({ code, path: at }) => [code, at]) : [];
    };
    expect(check({ prod: lock() })).toEqual([["MOOR064", path]]);
    expect(check({ prod: "not: a lock" })).toEqual([]);
    expect(check({})).toEqual([]);
  });

  test("but not one that the lock was made for", () => {
    const renamed = lock().replaceAll("Qwen/Qwen2.5-0.5B-Instruct", coder);
    const found = errors(renamed, changed()).map(({ code }) => code);
    expect(found).not.toContain("MOOR064");
  });
});
