// Proves which risks are found in a plan and in Azure's endpoints, their order and their texts. tests/components/risks proves how Azure is read.
import fc from "fast-check";
import { vllmFlag } from "../../../facts/vllm";
import { loggingFlags } from "../../../facts/vllmLogging";
import type { DeploymentDecision } from "../../../planner/decision";
import { bySeverity, findRisks, type Live, type RiskInput, riskText } from "../../../planner/risks";
import type { DesiredDeployment } from "../../../planner/rollout";
import { type GateMode, gateModes } from "../../../planner/rollout/gateMode";
import { scoreDecision, vllmDecision } from "../../components/fixtures";

const zeros = (last: string) => `sha256:${"0".repeat(63)}${last}`;

const image = { repository: "moor/vllm", digest: `sha256:${"ab".repeat(32)}` };

/** A deployment with staged weights, an existing image, 64 concurrent requests per instance and no logging. */
function wish(label: string, changes: Partial<DesiredDeployment> = {}, decision: Partial<DeploymentDecision> = {}): DesiredDeployment {
  const recipe = { ...vllmDecision, image, name: `${label}-00000001`, ...decision };
  return { label, decision: recipe, instances: 1, weight: 100, mirror: 0, ...changes };
}

const concurrency = (maxConcurrentRequestsPerInstance: number) => ({
  requestSettings: { requestTimeout: 100, maxConcurrentRequestsPerInstance },
});

const main = { ...wish("main", { scale: { min: 3, max: 6 }, instances: 3, weight: 90 }) };
const candidate = (changes: Partial<DesiredDeployment>) => wish("candidate", { weight: 10, ...changes }, concurrency(16));

function chat(deployments: DesiredDeployment[], gate: GateMode = "auto") {
  return [{ key: "chat", gate, deployments }];
}

const textOf = (input: RiskInput) => riskText("prod", findRisks(input));
const serving = (traffic: Record<string, number>, instances = 3): Live => ({
  endpoints: [
    {
      name: "chat-prod-x7k2p9",
      key: "chat",
      traffic,
      serving: Object.entries(traffic).map(([name, weight]) => ({ name, weight, instances, concurrency: 64 })),
    },
  ],
});

const goldens: [cause: string, input: RiskInput, line: string][] = [
  [
    "requests and answers logged",
    { endpoints: chat([wish("main", {}, { flags: ["--enable-log-requests", "--enable-log-outputs", "--max-log-len", "100"] })]) },
    "Prompts or answers in the logs: chat/main-00000001 writes the following to its log, which is sent to Log Analytics: the parameters of each request (stop texts, JSON schemas), and the prompt at log level DEBUG (--enable-log-requests); answers (--enable-log-outputs). To keep them out, remove --enable-log-requests and --enable-log-outputs.",
  ],
  [
    "an endpoint with traffic is deleted",
    { endpoints: [], live: { endpoints: [{ name: "chat-prod-x7k2p9", traffic: { "next-00000002": 10, "main-00000001": 90 } }] } },
    "An endpoint with traffic will be deleted: chat-prod-x7k2p9 serves requests (main-00000001 90%, next-00000002 10%) and is not in the stack file. Its callers will receive errors. Move them to another endpoint first, or add the endpoint to `moor:endpoints` again.",
  ],
  [
    "endpoints that could not be read",
    { endpoints: [], live: { notRead: "Azure answered 403 AuthorizationFailed to GET /x: no." } },
    "Endpoints not read: it is unknown whether an endpoint with traffic will be deleted, and whether each deployment has the capacity for its current traffic. Azure answered 403 AuthorizationFailed to GET /x: no.",
  ],
  [
    "data about requests sent to a receiver",
    { endpoints: chat([wish("main", {}, { flags: ["--otlp-traces-endpoint", "http://collector:4317"] })]) },
    "Requests reported to a receiver: chat/main-00000001 sends a trace of each request with its parameters and token counts, without its prompt (--otlp-traces-endpoint). Remove --otlp-traces-endpoint, or make sure that the receiver is inside the residency.",
  ],
  [
    "a candidate whose weight exceeds its capacity, by the declared concurrency",
    { endpoints: chat([{ ...main, weight: 50 }, candidate({ weight: 50 })]) },
    "Traffic above capacity: chat/candidate-00000001 receives 50% of the endpoint's declared concurrency of 384, which is 192 concurrent requests, but its capacity is 16 (1 instance × 16). Requests above 16 wait; above 32, Azure returns 429. Set at least 12 instances, or a weight of at most 4.",
  ],
  [
    "a candidate that takes over the current traffic",
    { endpoints: chat([candidate({ weight: 100 })]), live: serving({ "main-00000009": 100 }) },
    "Traffic above capacity: chat/candidate-00000001 receives 100% of the endpoint's current capacity of 192, which is 192 concurrent requests, but its capacity is 16 (1 instance × 16). Requests above 16 wait; above 32, Azure returns 429. Set at least 12 instances, or a weight of at most 8.",
  ],
  [
    "placeholder images",
    {
      endpoints: [
        ...chat([
          wish("main", { weight: 50 }, { image: { repository: "moor/vllm", digest: zeros("1") } }),
          wish("next", { weight: 50 }, { image: { repository: "moor/vllm", digest: zeros("1") } }),
        ]),
        {
          key: "fraud",
          gate: "runner",
          deployments: [wish("main", {}, { ...scoreDecision, image: { repository: "moor/score", digest: zeros("2") } })],
        },
      ],
    },
    "Placeholder images: moor/vllm@sha256:0000… (chat/main-00000001, chat/next-00000001); moor/score@sha256:0000… (fraud/main-5c02e000). No registry contains these images, and Azure can't create a deployment without its image. Push the image and set its digest in `moor:images`.",
  ],
  [
    "no gate",
    { endpoints: chat([wish("main")], "off") },
    "No gate: new deployments of chat receive requests without a check. Set `gate: auto` or `gate: controlPlane`.",
  ],
  [
    "tasks that still bypass the registry's network rules",
    { endpoints: chat([wish("main")]), bypassedRegistry: "crprodx7k2p9" },
    "Network rules bypassed: tasks of the container registry crprodx7k2p9 still bypass its network rules, because Azure keeps `networkRuleBypassAllowedForTasks` when it is removed from `moor:platform`. Set it to `false` once and run `pulumi up`. Then you can remove it.",
  ],
  [
    "a subnet for scripts",
    {
      endpoints: [],
      scriptSubnet: { id: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/scripts" },
    },
    "Subnet open to the internet: containers in /subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/scripts can open HTTPS connections to any host. Only `mirror --via azure` requires it. After mirroring, remove `scripts` or `scriptsSubnetId` from `moor:platform.network` and run `pulumi up`. Staged weights stay.",
  ],
  [
    "a subnet for scripts that this run creates",
    { endpoints: [], scriptSubnet: {} },
    "Subnet open to the internet: containers in the subnet for deployment scripts can open HTTPS connections to any host. Only `mirror --via azure` requires it. After mirroring, remove `scripts` or `scriptsSubnetId` from `moor:platform.network` and run `pulumi up`. Staged weights stay.",
  ],
  [
    "mirror scripts",
    { endpoints: [], mirrorScripts: ["moor-mirror-prod-a-00000001", "moor-mirror-prod-b-00000002"] },
    "Mirror scripts in Azure: moor-mirror-prod-a-00000001, moor-mirror-prod-b-00000002 copy weights now, or a killed run left them. `pulumi up` removes them, which also ends a copy that still runs. The next `npm run mirror` continues where they ended.",
  ],
  [
    "weights from Hugging Face, including the kept deployment",
    {
      endpoints: chat([
        wish(
          "main",
          {
            keepPrevious: true,
            previous: { ...vllmDecision, image, name: "main-00000000", model: { id: "a/b", revision: "c", source: "hub" } },
          },
          { model: { id: "a/b", revision: "d", source: "hub" } },
        ),
      ]),
    },
    "Weights from outside the residency: chat/main-00000000, chat/main-00000001 download weights from Hugging Face at each start. To start from weights that are staged in the region, set `source: mirror`.",
  ],
];

test.each(goldens)("golden: %s", (_, input, line) => {
  expect(textOf(input)).toBe(`Stack prod: 1 risk.\n  - ${line}`);
});

test("golden: all risks together are one warning, most severe first, regardless of the order in which they were found", () => {
  const risks = goldens.flatMap(([, input]) => findRisks(input));
  const expected = [`Stack prod: ${goldens.length} risks, most severe first.`, ...goldens.map(([, , line]) => `  - ${line}`)].join("\n");
  expect(riskText("prod", risks)).toBe(expected);
  // Risks of one kind keep their order.
  fc.assert(
    fc.property(fc.shuffledSubarray(risks), (some) => {
      const order = bySeverity(some).map(({ kind }) => kind);
      expect(order).toEqual(risks.filter((risk) => some.includes(risk)).map(({ kind }) => kind));
    }),
  );
});

test("golden: without risks there is no warning", () => {
  expect(textOf({ endpoints: chat([{ ...main, weight: 100 }]) })).toBeUndefined();
  expect(textOf({ endpoints: [], live: { endpoints: [{ name: "old", traffic: { "main-00000001": 0 } }] } })).toBeUndefined();
});

test("with model stand-ins no image is pulled, so a placeholder is no risk", () => {
  const [, input] = goldens.find(([cause]) => cause === "placeholder images")!;
  expect(textOf({ ...input, standIns: true })).toBeUndefined();
});

describe("traffic above capacity", () => {
  const kinds = (deployments: DesiredDeployment[], live?: Live) =>
    findRisks({ endpoints: chat(deployments), live }).map((risk) => ("deployment" in risk ? `${risk.kind} ${risk.deployment}` : risk.kind));
  const beyond = "trafficAboveCapacity chat/candidate-00000001";

  test.each<[what: string, deployments: DesiredDeployment[], live: Live | undefined, found: string[]]>([
    ["4% of 384 is 15.4, within a capacity of 16", [{ ...main, weight: 96 }, candidate({ weight: 4 })], undefined, []],
    ["5% of 384 is 19.2, above a capacity of 16", [{ ...main, weight: 95 }, candidate({ weight: 5 })], undefined, [beyond]],
    ["autoscale can add the instances", [{ ...main, weight: 95 }, candidate({ weight: 5, scale: { min: 1, max: 2 } })], undefined, []],
    ["two equal deployments", [wish("main", { weight: 50 }), wish("next", { weight: 50 })], undefined, []],
    ["a candidate without weight", [{ ...main, weight: 100 }, candidate({ weight: 0 })], undefined, []],
    ["a candidate that replaces an idle, larger deployment", [{ ...main, weight: 0 }, candidate({ weight: 100 })], undefined, [beyond]],
    [
      "the same candidate, if it already serves",
      [{ ...main, weight: 0 }, candidate({ weight: 100 })],
      serving({ "candidate-00000001": 100 }, 1),
      [],
    ],
    [
      "a larger deployment without weight",
      [wish("main"), wish("next", { instances: 9, weight: 0 })],
      serving({ "main-00000001": 100 }, 1),
      [],
    ],
    ["a new recipe with as many instances", [wish("main", { instances: 3 })], serving({ "main-00000009": 100 }), []],
    [
      "a new recipe with fewer",
      [wish("main", { instances: 2 })],
      serving({ "main-00000009": 100 }),
      ["trafficAboveCapacity chat/main-00000001"],
    ],
    [
      "an unchanged weight isn't compared with the current capacity",
      [wish("main", { instances: 2 })],
      serving({ "main-00000001": 100 }),
      [],
    ],
    ["Azure was not read", [{ ...main, weight: 50 }, candidate({ weight: 50 })], { notRead: "x" }, ["endpointsNotRead", beyond]],
  ])("%s", (_, deployments, live, found) => {
    expect(kinds(deployments, live)).toEqual(found);
  });

  test("the advice is always sufficient: that number of instances, or that weight", () => {
    const numbers = fc.record({
      weight: fc.integer({ min: 1, max: 99 }),
      most: fc.integer({ min: 1, max: 50 }),
      own: fc.integer({ min: 1, max: 128 }),
    });
    fc.assert(
      fc.property(numbers, ({ weight, most, own }) => {
        const first = wish("main", { weight: 100 - weight, instances: most });
        const second = (changes: Partial<DesiredDeployment>) => wish("next", { weight, ...changes }, concurrency(own));
        const found = findRisks({ endpoints: chat([first, second({})]) }).filter(
          (risk) => "deployment" in risk && risk.deployment.startsWith("chat/next"),
        );
        const [text] = found.map((risk) => riskText("prod", [risk])!);
        if (text === undefined) return;
        const [, instances, share] = /Set at least (\d+) instances, or a weight of at most (\d+)/.exec(text)!.map(Number);
        const ofNext = (input: DesiredDeployment[]) => kinds(input).filter((kind) => kind.includes("chat/next"));
        expect(ofNext([first, second({ instances })])).toEqual([]);
        expect(ofNext([{ ...first, weight: 100 - share! }, second({ weight: share })])).toEqual([]);
      }),
    );
  });
});

describe("logging settings", () => {
  const settingsOf = (decision: Partial<DeploymentDecision>) =>
    findRisks({ endpoints: chat([wish("main", {}, decision)]) }).flatMap((risk) =>
      "logged" in risk ? risk.logged.map(({ setting }) => setting) : [],
    );

  test.each<[flags: string[], found: string[]]>([
    [["--enable-log-requests"], ["--enable-log-requests"]],
    [["--no-enable-log-requests", "--no-enable-log-outputs"], []],
    [["--enable-log-requests", "--no-enable-log-requests"], []],
    [["--enable_log_outputs"], ["--enable-log-outputs"]],
    [["--log-level", "DEBUG"], ["--log-level"]],
    [["--log-level=debug"], ["--log-level"]],
    [["--log-level", "INFO"], []],
    [["--logging-config.level", "DEBUG"], ["--logging-config"]],
    [["--middleware", "mine.Recorder"], ["--middleware"]],
    [["--log-error-stack"], ["--log-error-stack"]],
    [["--kv-events-config", "{}"], ["--kv-events-config"]],
    [["--max-log-len", "10", "--enable-prompt-tokens-details", "--uvicorn-log-level", "debug", "--constructor"], []],
    [vllmDecision.flags as string[], []],
  ])("by the flags %j", (flags, found) => {
    expect(settingsOf({ flags })).toEqual(found);
  });

  test.each<[variables: Record<string, string>, found: string[]]>([
    [{ VLLM_LOGGING_LEVEL: "debug" }, ["VLLM_LOGGING_LEVEL"]],
    [{ VLLM_LOGGING_LEVEL: "INFO", VLLM_DEBUG_LOG_API_SERVER_RESPONSE: "0" }, []],
    [{ VLLM_DEBUG_LOG_API_SERVER_RESPONSE: "true" }, ["VLLM_DEBUG_LOG_API_SERVER_RESPONSE"]],
    [{ VLLM_LOGGING_CONFIG_PATH: "/x.json", toString: "x" }, ["VLLM_LOGGING_CONFIG_PATH"]],
  ])("by the variables %j", (environmentVariables, found) => {
    expect(settingsOf({ environmentVariables })).toEqual(found);
  });

  test("the pinned vLLM supports every flag of the table, and its values if it restricts them", () => {
    for (const [name, { values }] of Object.entries(loggingFlags)) {
      const flag = vllmFlag(`--${name}`);
      expect({ name, known: flag !== undefined }).toEqual({ name, known: true });
      const choices = flag?.choices?.map(String) ?? [];
      if (values !== undefined) expect(values.filter((value) => choices.includes(value))).not.toEqual([]);
    }
  });
});

test.each([
  [zeros("1"), true],
  [`sha256:${"f".repeat(64)}`, true],
  [`sha256:${"ab".repeat(32)}`, false],
  ["sha256:b18abb2df97b8f798e81862bd93f872ea18613372e2c3adc0cc2ac21e66ac12f", false],
])("%s is a placeholder: %s", (digest, expected) => {
  const found = findRisks({ endpoints: chat([wish("main", {}, { image: { repository: "moor/vllm", digest } })]) });
  expect(found.map(({ kind }) => kind)).toEqual(expected ? ["placeholderImages"] : []);
});

test.each(gateModes)("a disabled gate is a risk; %s is one only if it is `off`", (gate) => {
  const kinds = findRisks({ endpoints: chat([wish("main")], gate) }).map(({ kind }) => kind);
  expect(kinds.includes("gateOff")).toBe(gate === "off");
});
