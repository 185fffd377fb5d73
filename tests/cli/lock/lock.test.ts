// Proves what `npm run lock` writes, keeps, checks and rolls back, with the shipped production stack. Doesn't prove that its decisions are
// correct: see tests/planner. Hugging Face is a server of the test.
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { type LockArguments, lock } from "../../../cli/lock";
import { newestCommit } from "../../../cli/lock/hub";
import { retireText } from "../../../cli/retire";
import { type LockEntry, readLock } from "../../../config/lockFile";
import { mirroredOf } from "../../../config/stagedWeights";
import { shippedNames } from "../../shippedNames";
import { type Folder, removeFolders, shippedFolder } from "./shipped";

let printed: string[] = [];
beforeEach(() => {
  printed = [];
  jest.spyOn(console, "log").mockImplementation((line) => printed.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
  removeFolders();
});

const names = shippedNames("prod");

/** Nothing listens on this port, so Hugging Face is not reachable. */
const noHub = "http://127.0.0.1:9";
const run = (folder: Folder, args: Partial<LockArguments> = {}) => lock({ stack: "prod", folder: folder.path, hub: noHub, ...args });
const refusal = (folder: Folder, args: Partial<LockArguments> = {}) => run(folder, args).then(() => "", String);
const main = ["moor:endpoints", "chat", "deployments", "main"];

function entry(folder: Folder, endpoint = "chat", label = "main"): LockEntry {
  const read = readLock("prod", folder.lockText());
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock.endpoints[endpoint]![label]!;
}

test("locking the shipped stack again changes no byte", async () => {
  const folder = shippedFolder();
  const before = folder.lockText();
  await run(folder);
  expect(folder.lockText()).toBe(before);
  expect(printed[0]).toBe("moor.lock.prod.yaml is up to date.");
});

test("`lock` lists images with a placeholder digest, and only those", async () => {
  const placeholder = (pattern: string, digit: number) =>
    `moor:images.${pattern} has a placeholder digest (sha256:${"0".repeat(63)}${digit}). The image doesn't exist, and the deployment would fail. Set the digest that your registry shows after the push.`;
  const folder = shippedFolder();
  await run(folder);
  expect(printed.filter((line) => line.includes("placeholder"))).toEqual([]);
  for (const [pattern, digit] of [["vllm", 1] as const, ["score", 2] as const]) {
    folder.edit([["moor:images", pattern], `moor/${pattern}@sha256:${"0".repeat(63)}${digit}`]);
  }
  await run(folder);
  expect(printed).toEqual(expect.arrayContaining([placeholder("vllm", 1), placeholder("score", 2)]));
  folder.edit([["moor:images", "vllm"], `moor/vllm@sha256:${"ab".repeat(32)}`]);
  printed = [];
  await run(folder);
  expect(printed.filter((line) => line.includes("placeholder"))).toEqual([placeholder("score", 2)]);
});

const waits = (name: string) =>
  `The weights of ${name} are not staged. To stage them, run \`npm run mirror -- -s prod\` inside the network, or with \`--via azure\` outside of it, and commit moor.lock.prod.yaml.`;

test("weights that were manually marked as staged stay staged in a new lock file", async () => {
  const folder = shippedFolder();
  folder.removeLock();
  await run(folder);
  folder.editLock([["endpoints", "chat", "main", "current", "model", "staged"], true]);
  await run(folder);
  expect(mirroredOf(entry(folder).current)?.staged).toBe(true);
  expect(mirroredOf(entry(folder, "chat", "candidate").current)?.staged).toBe(false);
  expect(printed.filter((line) => line.includes("are not staged"))).toHaveLength(3);
});

test("the first lock file contains all decisions, and its weights are not staged until they are marked as staged", async () => {
  const folder = shippedFolder();
  const before = folder.lockText();
  folder.removeLock();
  await run(folder);
  expect(folder.lockText()).toBe(before.replaceAll("staged: true", "staged: false"));
  expect(printed.slice(1, 6)).toEqual([
    `chat/main: none → ${names["chat/main"]}`,
    `chat/candidate: none → ${names["chat/candidate"]}`,
    `fraud/main: none → ${names["fraud/main"]}`,
    waits("chat/main"),
    waits("chat/candidate"),
  ]);
});

test("changed requirements result in a new decision, keep the previous one, and list each changed value", async () => {
  const folder = shippedFolder();
  const { current: old } = entry(folder);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  await run(folder);
  const { current, previous } = entry(folder);
  expect(previous).toEqual(old);
  expect(current.name).not.toBe(old.name);
  expect(mirroredOf(current)?.staged).toBe(true);
  expect(printed).toContain("chat/main requirement vllm.concurrencyPerInstance: 64 → 32");
  expect(printed).toContain('chat/main --max-num-seqs: "64" → "32"');
  expect(printed).toContain(`chat/main previous: not set → "${old.name}"`);
  expect(entry(folder, "fraud").previous).toBeUndefined();
});

test("each difference is listed with the old value, the new value and its reason", async () => {
  const folder = shippedFolder();
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  const message = await refusal(folder, { check: true });
  const [head, ...lines] = message.split("\n").filter((line) => !line.startsWith("chat/main reason"));
  expect(head).toMatch(/^Error: moor\.lock\.prod\.yaml differs in \d+ values from the decisions of this version of Moor\.$/);
  expect(lines).toEqual([
    "chat/main requirement vllm.concurrencyPerInstance: 64 → 32",
    expect.stringMatching(new RegExp(`^chat/main name: "${names["chat/main"]}" → "main-[0-9a-f]{8}"$`)),
    "chat/main requestSettings.requestTimeout: 180 → 120",
    expect.stringMatching(/^ {2}reason: requestTimeout 120 s: first token within [\d.]+ s, then \d+ ms per token, 1024 tokens in \d+ s$/),
    "chat/main requestSettings.maxConcurrentRequestsPerInstance: 64 → 32",
    "  reason: maxConcurrentRequestsPerInstance 32: as declared; the KV cache has capacity for 64 requests of 16384 tokens",
    "chat/main scaleRule.scaleOutAbove: 16 → 15",
    "chat/main clients.maxTokens: 1292 → 1843",
    "  reason: clients: max_tokens at most 1843, timeout 130 s, retry 408, 424, 429 with exponential backoff",
    "chat/main clients.timeoutSeconds: 190 → 130",
    'chat/main --max-num-seqs: "64" → "32"',
    `chat/main previous: not set → "${names["chat/main"]}"`,
    "Nothing was changed. To apply the differences, run `npm run lock -- -s prod`, commit the file, and run `pulumi up`.",
  ]);
  const ofReasons = message.split("\n").filter((line) => line.startsWith("chat/main reason"));
  expect(ofReasons.filter((line) => /requestTimeout|maxConcurrent/.test(line))).toEqual([]);
});

test("a pull request shows what a new decision changes, though the old one moves down as the previous one", async () => {
  const folder = shippedFolder();
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  await run(folder);
  const comments = folder
    .lockText()
    .split("\n")
    .filter((line) => line.includes("# changed from "));
  expect(comments.map((line) => line.trim())).toEqual([
    `# changed from ${names["chat/main"]}: requestSettings.requestTimeout 180 → 120`,
    `# changed from ${names["chat/main"]}: requestSettings.maxConcurrentRequestsPerInstance 64 → 32`,
    `# changed from ${names["chat/main"]}: scaleRule.scaleOutAbove 16 → 15`,
    `# changed from ${names["chat/main"]}: clients.maxTokens 1292 → 1843`,
    `# changed from ${names["chat/main"]}: clients.timeoutSeconds 190 → 130`,
    `# changed from ${names["chat/main"]}: --max-num-seqs "64" → "32"`,
  ]);
  expect(folder.lockText().indexOf(comments[0]!)).toBeLessThan(folder.lockText().indexOf(`name: ${entry(folder).current.name}`));
  expect(entry(folder).current.reasons.filter((reason) => reason.includes("changed from"))).toEqual([]);
  const once = folder.lockText();
  await run(folder);
  expect(folder.lockText()).toBe(once);
});

test("`retire` removes only the previous decision, and fails if there is none", async () => {
  const folder = shippedFolder();
  const { current: old } = entry(folder);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  await run(folder);
  const before = folder.lockText();
  const { text, name } = retireText("prod", before, "chat", "main");
  expect(name).toBe(old.name);
  const kept = text.split("\n");
  expect(before.split("\n").filter((line) => !kept.includes(line) && !line.includes("# changed from "))).toContain("      previous:");
  expect(text).not.toContain(old.name);
  expect(text.length).toBeGreaterThan(before.length / 2);
  fs.writeFileSync(path.join(folder.path, "moor.lock.prod.yaml"), text);
  await run(folder, { check: true });
  expect(printed.at(-1)).toBe("moor.lock.prod.yaml matches the decisions of this version of Moor.");
  expect(() => retireText("prod", text, "chat", "main")).toThrow("chat/main has no previous decision to retire.");
  expect(() => retireText("prod", before.replace("requestTimeout: 120", "requestTimeout: 130"), "chat", "main")).toThrow("MOOR053");
});

test("a new model is not staged, though the old one is", async () => {
  const folder = shippedFolder();
  folder.edit([[...main, "vllm", "revision"], "b".repeat(40)]);
  await run(folder);
  expect(mirroredOf(entry(folder).current)?.staged).toBe(false);
  expect(mirroredOf(entry(folder).previous!)?.staged).toBe(true);
});

test("weights that are staged for one deployment are staged for all deployments with the same commit", async () => {
  const folder = shippedFolder();
  const { id, revision } = mirroredOf(entry(folder, "chat", "candidate").current)!;
  folder.edit(
    [[...main, "vllm", "model"], id],
    [[...main, "vllm", "revision"], revision],
    [[...main, "vllm", "concurrencyPerInstance"], 8],
  );
  await run(folder);
  expect(mirroredOf(entry(folder).current)?.staged).toBe(true);
});

test("a decision that never served is not kept as the previous one", async () => {
  const folder = shippedFolder();
  const { current: serving } = entry(folder);
  folder.edit([[...main, "vllm", "revision"], "b".repeat(40)]);
  await run(folder);
  folder.edit([[...main, "vllm", "revision"], "c".repeat(40)]);
  await run(folder);
  expect(entry(folder).previous?.name).toBe(serving.name);
});

test("returning to old requirements doesn't keep a decision twice", async () => {
  const folder = shippedFolder();
  const { current: first } = entry(folder);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  await run(folder);
  const { current: second } = entry(folder);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 64]);
  await run(folder);
  expect(entry(folder)).toMatchObject({ current: { name: first.name }, previous: { name: second.name } });
});

test("a rollback swaps the two decisions and keeps their reasons; a second one undoes it", async () => {
  const folder = shippedFolder();
  const { current: first } = entry(folder);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  await run(folder);
  const text = folder.lockText();
  const { current: second } = entry(folder);
  await run(folder, { rollback: "chat/main" });
  expect(entry(folder)).toMatchObject({ current: first, previous: second, rolledBack: true });
  const note = `chat/main is rolled back to ${first.name}. It stays rolled back until its requirements change or you run --rollback again.`;
  expect(printed).toContain(note);
  printed = [];
  await run(folder, { check: true });
  expect(printed).toContain(note);
  await run(folder, { rollback: "chat/main" });
  expect(folder.lockText()).toBe(text);
});

test("a rollback stays as long as the requirements don't change", async () => {
  const folder = shippedFolder();
  const { current: first } = entry(folder);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
  await run(folder);
  await run(folder, { rollback: "chat/main" });
  folder.edit([["moor:endpoints", "fraud", "deployments", "main", "requestTimeout"], 30]);
  await run(folder);
  expect(entry(folder).current.name).toBe(first.name);
  folder.edit([[...main, "vllm", "concurrencyPerInstance"], 48]);
  await run(folder);
  expect(entry(folder).rolledBack).toBeUndefined();
  expect(entry(folder).previous?.name).toBe(first.name);
});

test.each([
  ["chat/unknown", 'Error: The lock file has no deployment "chat/unknown". Deployments: chat/main, chat/candidate, fraud/main.'],
  [
    "fraud/main",
    `Error: fraud/main has no previous decision to roll back to: ${names["fraud/main"]} is the first one, or the previous one was retired.`,
  ],
])("a rollback of %s is rejected", async (name, message) => {
  const folder = shippedFolder();
  const before = folder.lockText();
  expect(await refusal(folder, { rollback: name })).toBe(message);
  expect(folder.lockText()).toBe(before);
});

test("--check of an unchanged stack passes and writes nothing", async () => {
  const folder = shippedFolder();
  await run(folder, { check: true });
  expect(printed.at(-1)).toBe("moor.lock.prod.yaml matches the decisions of this version of Moor.");
});

test("--check lists the differences of a changed stack file, and writes nothing", async () => {
  const folder = shippedFolder();
  const before = folder.lockText();
  folder.edit([[...main, "size"], "auto"], [[...main, "vllm", "context"], "8k"]);
  const message = await refusal(folder, { check: true });
  expect(message).toContain("\nchat/main requirement vllm.context: 16384 → 8192\n");
  expect(message).toContain('\nchat/main requirement size: "Standard_NC24ads_A100_v4" → "auto"\n');
  expect(message).toContain('\nchat/main --max-model-len: "16384" → "8192"\n');
  expect(folder.lockText()).toBe(before);
});

test("--check without a lock file, an unknown stack and a stack with `moor:lock: none` are rejected in one sentence", async () => {
  const folder = shippedFolder();
  folder.removeLock();
  expect(await refusal(folder, { check: true })).toBe(
    "Error: moor.lock.prod.yaml does not exist. To create it, run `npm run lock -- -s prod`.",
  );
  expect(await refusal(folder, { stack: "nope" })).toBe(
    "Error: The stack file Pulumi.nope.yaml does not exist. Stacks with a stack file: prod.",
  );
  folder.edit([["moor:lock"], "none"]);
  expect(await refusal(folder)).toMatch(/^Error: Stack "prod" uses no lock file/);
});

test("settings that no size satisfies are rejected together, with the numbers, and the lock file stays", async () => {
  const folder = shippedFolder();
  const before = folder.lockText();
  folder.edit(
    [[...main, "size"], "Standard_NV36ads_A10_v5"],
    [[...main, "requestTimeout"], 10],
    [[...main, "vllm", "flags"], { "swap-space": 4 }],
  );
  const message = await refusal(folder);
  expect(message).toMatch(/^Error: Stack "prod" has \d configuration errors\. Nothing was created or changed\./);
  for (const place of ["MOOR110 main", "MOOR204 main.requestTimeout", "MOOR211 main.vllm.flags"])
    expect(message).toContain(`\n${place.replace(" ", " moor:endpoints.chat.deployments.")}\n`);
  expect(message).toContain("the KV cache has capacity for ");
  expect(folder.lockText()).toBe(before);
});

test("a model outside the table is rejected with a fix, and accepted with its config.json", async () => {
  const folder = shippedFolder();
  folder.edit([[...main, "vllm", "model"], "acme/own-7b"], [[...main, "vllm", "revision"], "b".repeat(40)]);
  expect(await refusal(folder)).toMatch(
    /MOOR120 moor:endpoints\.chat\.deployments\.main\.vllm\.model\n.* the cache has no record of acme\/own-7b at b+: run `curl .*` on a machine with a connection, and set `vllm\.configJson`/,
  );
  folder.edit([[...main, "vllm", "configJson"], `${__dirname}/own-7b`], [[...main, "vllm", "checkpointGiB"], 14.2]);
  await run(folder);
  expect(entry(folder).current.model).toMatchObject({ id: "acme/own-7b", staged: false });
  expect(entry(folder).current.reasons.join("\n")).toContain("minus weights 14.2");
});

test("a missing image is rejected with the setting", async () => {
  const folder = shippedFolder();
  folder.edit([["moor:images", "vllm"], undefined]);
  const message = await refusal(folder);
  expect(message).toContain("MOOR002 moor:images.vllm");
  expect(message).toContain("Set `moor:images.vllm`, for example to `{ build: docker/vllm }`.");
});

test("a manually edited lock file is not replaced", async () => {
  const folder = shippedFolder();
  folder.editLock([["endpoints", "chat", "main", "current", "requestSettings", "requestTimeout"], 60]);
  const message = await refusal(folder);
  expect(message).toContain("MOOR053");
  expect(message).toMatch(
    /\n {2}Fix: Restore the committed lock file with `git checkout moor\.lock\.prod\.yaml`\. If no lock file is committed, .*\.$/,
  );
});

test("insufficient quota is reported with the text of a quota request", async () => {
  const folder = shippedFolder();
  folder.edit([["moor:quota", "NCADSA100v4", "limit"], 96]);
  await run(folder);
  const text = printed.join("\n");
  expect(text).toContain(
    "quota NCADSA100v4 in swedencentral: 168 vCPUs required, 336 during a rollout of all deployments; limit 96, of which other workloads use 24: 96 missing now, 264 missing during the rollout",
  );
  expect(text).toContain(
    "Request: Azure Machine Learning compute quota, dedicated, NCADSA100v4 family, region swedencentral.\nNew limit: 360 vCPUs.",
  );
});

test.each([false, true])("the cost of the stack is printed (check: %s)", async (check) => {
  await run(shippedFolder(), { check });
  expect(printed.filter((line) => line.startsWith("prod: list price"))).toEqual([
    expect.stringMatching(/^prod: list price 14,467\.41 to 24,924\.66 USD\/month: deployments 14,340\.12 to 24,797\.37, 5 private /),
  ]);
});

describe("stacks in one region add up", () => {
  const quota = () => printed.filter((line) => /^quota|^ {2}/.test(line));
  const noScore: [string[], unknown] = [["moor:endpoints", "fraud"], undefined];
  const required = "other stacks in swedencentral require";

  test("the requirements of the other stacks are listed, requested, and expected in `others`", async () => {
    const folder = shippedFolder();
    folder.edit(noScore);
    folder.neighbour("team");
    folder.neighbour("abroad", [["azure-native:location"], "westeurope"]);
    await run(folder);
    expect(quota()).toEqual([
      "quota NCADSA100v4 in swedencentral: 168 vCPUs required, 336 during a rollout of all deployments; limit 384, of which other workloads use 336: 120 missing now, 288 missing during the rollout",
      `  ${required} 336 vCPUs of this quota, but \`others\` is 24. Set moor:quota.NCADSA100v4.others to 336 or more, unless these stacks are in another subscription.`,
      "  - team/chat/main: 144 vCPUs (6 instances × 24 vCPUs), and 144 more during a rollout",
      "  - team/chat/candidate: 24 vCPUs (1 instance × 24 vCPUs), and 24 more during a rollout",
    ]);
    expect(printed.join("\n")).toContain("New limit: 672 vCPUs. Current limit: 384 vCPUs.");
  });

  test("if `others` includes them, they aren't counted twice", async () => {
    const folder = shippedFolder();
    folder.edit([["moor:quota", "NCADSA100v4", "others"], 336]);
    folder.neighbour("team");
    await run(folder);
    expect(quota()).toContain(`  ${required} 336 vCPUs of this quota, included in \`others\` (336)`);
    expect(printed.join("\n")).toContain("New limit: 672 vCPUs.");
  });

  test("a stack of another subscription doesn't count; a stack with unknown sizes is listed", async () => {
    const folder = shippedFolder();
    const subscription = (digit: string) => [["azure-native:subscriptionId"], digit.repeat(8)] as [string[], string];
    folder.edit(subscription("1"));
    folder.neighbour("away", subscription("2"));
    folder.neighbour("open", [[...main, "size"], "auto"], noScore);
    folder.neighbour("wrong", [["moor:endpoints"], []]);
    await run(folder);
    expect(quota()).toContain(
      `  ${required} 48 vCPUs of this quota, but \`others\` is 24. Set moor:quota.NCADSA100v4.others to 48 or more, unless these stacks are in another subscription.`,
    );
    expect(quota().slice(-2)).toEqual([
      'quota: stack "open" is counted only in part: it has `size: auto` and no lock file.',
      'quota: stack "wrong" is counted only in part: Pulumi.wrong.yaml has configuration errors.',
    ]);
  });
});

describe("a commit that the stack file doesn't set", () => {
  const sha = "d".repeat(40);
  const answers: Record<string, [number, string]> = {
    "/api/models/acme/good/revision/main": [200, JSON.stringify({ sha })],
    "/api/models/acme/odd/revision/main": [200, "{}"],
  };
  const server = http.createServer((request, response) => {
    const isPrivate = request.url === "/api/models/acme/private/revision/main" && request.headers.authorization === "Bearer hf_test";
    const [status, body] = isPrivate ? [200, JSON.stringify({ sha })] : (answers[request.url!] ?? [404, "{}"]);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  let hub = "";
  beforeAll((done) => {
    server.listen(0, "127.0.0.1", () => {
      hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  afterAll((done) => {
    server.close(done);
  });

  test("is the newest one on Hugging Face", async () => expect(await newestCommit("acme/good", hub)).toBe(sha));

  test("of a private model is read with the token of the environment", async () => {
    const before = process.env.HF_TOKEN;
    try {
      process.env.HF_TOKEN = "hf_test";
      expect(await newestCommit("acme/private", hub)).toBe(sha);
      delete process.env.HF_TOKEN;
      await expect(newestCommit("acme/private", hub)).rejects.toThrow("404");
    } finally {
      if (before === undefined) delete process.env.HF_TOKEN;
      else process.env.HF_TOKEN = before;
    }
  });

  test.each([
    ["acme/none", /^Hugging Face returned 404 for acme\/none\. Set `vllm\.revision`/],
    ["acme/odd", /^Hugging Face returned no commit\. Set `vllm\.revision` of acme\/odd/],
  ])("must be set if Hugging Face returns none: %s", async (model, message) => {
    await expect(newestCommit(model, hub)).rejects.toThrow(message);
  });

  test("stays the one in the lock file as long as the requirements don't change", async () => {
    const folder = shippedFolder();
    const { revision } = mirroredOf(entry(folder).current)!;
    folder.edit([[...main, "vllm", "revision"], undefined]);
    folder.editLock([["endpoints", "chat", "main", "wish", "vllm.revision"], undefined]);
    await run(folder);
    expect(mirroredOf(entry(folder).current)?.revision).toBe(revision);
  });
});

test.each([{}, { check: true }, { rollback: "chat/main" }])(
  "%j refuses to move a lock to another region, with the commands for a second stack",
  async (args) => {
    const folder = shippedFolder();
    folder.edit([["azure-native:location"], "westeurope"], [["moor:residency"], { geography: "Europe" }]);
    const before = folder.lockText();
    expect(await refusal(folder, args)).toBe(
      [
        'Error: Stack "prod" has 1 configuration error. Nothing was created or changed.',
        "",
        "MOOR066 azure-native:location",
        "  The stack is in swedencentral (moor.lock.prod.yaml), but the stack file sets westeurope. A stack can't be moved: Pulumi would delete and recreate every resource.",
        "  Allowed: swedencentral",
        "  Fix: Set the location back to swedencentral, and create a second stack for westeurope:",
        "    cp Pulumi.prod.yaml Pulumi.prod2.yaml",
        "    (in the copy, set the location, residency, address space, quota and images for the new region; remove encryptionsalt and encrypted values)",
        "    pulumi stack init prod2",
        "    npm run lock -- -s prod2",
        "    pulumi up -s prod2",
      ].join("\n"),
    );
    expect(folder.lockText()).toBe(before);
  },
);

test("a lock file that was copied from another stack is rejected: its staged weights belong to that stack", async () => {
  const folder = shippedFolder();
  folder.neighbour("prod2");
  fs.copyFileSync(path.join(folder.path, "moor.lock.prod.yaml"), path.join(folder.path, "moor.lock.prod2.yaml"));
  const report = await lock({ stack: "prod2", folder: folder.path, hub: noHub }).then(() => "", String);
  expect(report).toContain('MOOR054 moor.lock.prod2.yaml.stack\n  The lock file belongs to stack "prod", not to "prod2".');
  expect(report).toContain("Fix: Delete moor.lock.prod2.yaml and run `npm run lock -- -s prod2`.");
});

describe("a copy of a stack for another region keeps values of the original:", () => {
  const real = (digit: string): [string[], unknown] => [["moor:images", "vllm"], `moor/vllm@sha256:${digit.repeat(32)}`];
  const europe: [string[], unknown][] = [
    [["azure-native:location"], "westeurope"],
    [["moor:residency"], { geography: "Europe" }],
  ];
  const space: [string[], unknown] = [["moor:platform", "network"], { create: { addressSpace: "10.40.2.0/23" } }];
  const copies = () => printed.filter((line) => line.startsWith("Comparison with Pulumi."));
  const overlap = (mine: string, theirs: string) =>
    `Comparison with Pulumi.eu.yaml: its address space ${theirs} overlaps with ${mine} of this stack. Change one of them if the networks will be peered or must be reachable from the same network.`;
  const quota =
    "Comparison with Pulumi.eu.yaml: moor:quota is the same, but that stack is in westeurope. Azure grants quota per region. Set the quota of swedencentral in this stack file.";
  const image = (digit: string) =>
    `Comparison with Pulumi.eu.yaml: moor:images.vllm is the same (sha256:${digit.repeat(4)}...), but the stacks have different container registries. Also push the image to the registry of this stack.`;

  test("address space, quota and digests are listed", async () => {
    const folder = shippedFolder();
    folder.edit(real("ab"));
    folder.neighbour("eu", ...europe, real("ab"));
    await run(folder);
    expect(copies()).toEqual([overlap("10.40.0.0/22", "10.40.0.0/22"), quota, image("ab")]);
  });

  test("--check lists them too, and a part of an address space is an overlap", async () => {
    const folder = shippedFolder();
    folder.neighbour("eu", ...europe, space, [["moor:quota"], { NCADSA100v4: { limit: 96 } }]);
    await refusal(folder, { check: true });
    expect(copies()).toEqual([overlap("10.40.0.0/22", "10.40.2.0/23")]);
  });

  test("values that differ, are shared or are adopted are not listed", async () => {
    const folder = shippedFolder();
    const registry =
      "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/hub/providers/Microsoft.ContainerRegistry/registries/hub";
    const shared: [string[], unknown] = [["moor:platform", "imageRegistry"], registry];
    const apart: [string[], unknown] = [["moor:platform", "network"], { create: { addressSpace: "10.44.0.0/22" } }];
    folder.edit(real("ab"), shared);
    folder.neighbour("eu", ...europe, real("ab"), shared, apart, [["moor:quota"], {}]);
    folder.neighbour("team", apart);
    await run(folder);
    expect(copies()).toEqual([]);
  });
});

describe("a commit in the stack file", () => {
  const coder = "Qwen/Qwen2.5-Coder-7B-Instruct";
  const old = "a09a35458c702b33eeacc393d103063234e8bc28";
  const model: [string[], unknown] = [[...main, "vllm", "model"], coder];
  const asked: string[] = [];
  let answer: [status: number, code: string, body: object] = [200, "", {}];
  const server = http.createServer((request, response) => {
    asked.push(request.url!);
    const [status, code, body] = answer;
    response.writeHead(status, { "content-type": "application/json", ...(code === "" ? {} : { "x-error-code": code }) });
    response.end(JSON.stringify(body));
  });
  let hub = "";
  beforeAll((done) => {
    server.listen(0, "127.0.0.1", () => {
      hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  afterAll((done) => {
    server.close(done);
  });
  beforeEach(() => asked.splice(0));

  const belongsTo = (where: string) => `The commit ${old} belongs to Qwen/Qwen2.5-7B-Instruct (${where}), not to ${coder}.`;

  test("is rejected if only the model was changed, and the lock file contains the commit", async () => {
    const folder = shippedFolder();
    const before = folder.lockText();
    folder.edit(model);
    const report = await refusal(folder);
    expect(report).toContain(`MOOR064 ${main.join(".")}.vllm.revision\n  ${belongsTo("moor.lock.prod.yaml, chat/main")}`);
    expect(report).toContain("Fix: Set `revision` to a commit of this model, or remove it: `npm run lock` then uses the newest commit.");
    expect(folder.lockText()).toBe(before);
  });

  test("is rejected if a previous decision in the lock file contains it", async () => {
    const folder = shippedFolder();
    folder.edit([[...main, "vllm", "revision"], "b".repeat(40)]);
    await run(folder);
    folder.edit(model, [[...main, "vllm", "revision"], old]);
    expect(await refusal(folder)).toContain(belongsTo("moor.lock.prod.yaml, chat/main"));
  });

  test("is rejected if another deployment or another lock file in the folder uses it for another model", async () => {
    const folder = shippedFolder();
    folder.removeLock();
    folder.edit([["moor:endpoints", "chat", "deployments", "candidate", "vllm", "revision"], old]);
    expect(await refusal(folder)).toContain(
      `The commit ${old} belongs to Qwen/Qwen2.5-7B-Instruct (Pulumi.prod.yaml, chat/main), not to Qwen/Qwen3-8B.`,
    );
    const other = shippedFolder();
    fs.renameSync(path.join(other.path, "moor.lock.prod.yaml"), path.join(other.path, "moor.lock.eu.yaml"));
    fs.writeFileSync(
      path.join(other.path, "moor.lock.eu.yaml"),
      fs.readFileSync(path.join(other.path, "moor.lock.eu.yaml"), "utf8").replace("stack: prod", "stack: eu"),
    );
    other.edit(model);
    expect(await refusal(other)).toContain(belongsTo("moor.lock.eu.yaml, chat/main"));
  });

  test("is accepted if it belongs to the model on Hugging Face, as after a rename", async () => {
    const folder = shippedFolder();
    folder.edit(model);
    answer = [200, "", { sha: old, gated: false }];
    await run(folder, { hub });
    expect(asked).toEqual([`/api/models/${coder}/revision/${old}`]);
    expect(entry(folder).current.model).toMatchObject({ id: coder, revision: old });
    await run(folder, { hub });
    expect(asked).toHaveLength(1);
    expect(printed.filter((line) => line.includes("Hugging Face"))).toEqual([]);
  });

  test("is rejected if it doesn't exist on Hugging Face", async () => {
    const folder = shippedFolder();
    folder.edit([[...main, "vllm", "revision"], "b".repeat(40)]);
    answer = [404, "RevisionNotFound", { error: "Invalid rev id" }];
    expect(await refusal(folder, { hub })).toContain(
      `MOOR064 ${main.join(".")}.vllm.revision\n  The commit ${"b".repeat(40)} of Qwen/Qwen2.5-7B-Instruct does not exist on Hugging Face.`,
    );
  });

  test.each<[string, [number, string, object] | undefined, string]>([
    ["the hub can't be reached", undefined, "no connection"],
    ["the repository is private", [401, "RepoNotFound", {}], "it returned 401"],
    ["the hub is down", [503, "", {}], "it returned 503"],
  ])("is accepted with a note if %s and no lock file contradicts it", async (_, answered, because) => {
    const folder = shippedFolder();
    folder.edit([[...main, "vllm", "revision"], "b".repeat(40)]);
    if (answered !== undefined) answer = answered;
    await run(folder, answered === undefined ? {} : { hub });
    expect(printed).toContain(
      `chat/main: Moor could not check on Hugging Face whether ${"b".repeat(40)} is a commit of Qwen/Qwen2.5-7B-Instruct (${because}). Check it on the model's page.`,
    );
  });

  test("can belong to a gated model, which requires a token with source: hub, even if the planner's table doesn't mark it as gated", async () => {
    const folder = shippedFolder();
    folder.edit([[...main, "vllm", "revision"], "b".repeat(40)], [[...main, "vllm", "source"], "hub"]);
    answer = [200, "", { sha: "b".repeat(40), gated: "manual" }];
    expect(await refusal(folder, { hub })).toContain(`MOOR063 ${main.join(".")}.vllm.source`);
  });
});
