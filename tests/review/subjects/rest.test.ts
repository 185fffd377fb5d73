// Proves what the review says about all other changes, and that noise is one line. Doesn't prove that other subjects judge these changes.
import { readPreview } from "../../../review";
import { changeOf } from "../../../review/change";
import { rest } from "../../../review/subjects/rest";
import { type Body, SECRET } from "../../../rules";
import { changeFrom, type MadeStep, stepFrom } from "../made";
import { previewNames, previewOf } from "../previews";
import { fixture } from "../read/forms";

const restOf = (name: string) => rest(changeOf(previewOf(name)));

test.each(previewNames)("%s has a short summary, and one line for each kind and operation", (name) => {
  const { summary, notices, details = [] } = restOf(name);
  expect(notices.map(({ severity }) => severity)).toEqual(name === "alerts" ? ["look"] : []);
  expect(summary.length).toBeLessThanOrEqual(260);
  expect(summary === "").toBe(details.length === 0);
  const kinds = details.map((line) => line.replace(/:.*/, "").replace(/^\d+ /, ""));
  expect(new Set(kinds).size).toBe(kinds.length);
});

test.each([
  ["noChange", "", []],
  ["gateOff", "", []],
  ["tag", "Only tags change on 50 resources: owner.", ["Only tags change on 50 resources: owner."]],
  [
    "alerts",
    "2 action groups are changed: email receivers (chat-monitoring-emails and fraud-monitoring-emails).",
    ["2 action groups are changed: email receivers (chat-monitoring-emails and fraud-monitoring-emails)."],
  ],
  [
    "autoscale",
    "1 autoscale setting is changed: maximum instances 6 to 7 (chat-main-ecfde9f7-autoscale-setting).",
    ["1 autoscale setting is changed: maximum instances 6 to 7 (chat-main-ecfde9f7-autoscale-setting)."],
  ],
  [
    "privateLogs",
    "1 Application Insights resource is changed: log queries over public addresses Enabled to Disabled (platform-app-insights); 1 Log Analytics workspace is changed: log queries over public addresses Enabled to Disabled (platform-logs).",
    [
      "1 Application Insights resource is changed: log queries over public addresses Enabled to Disabled (platform-app-insights).",
      "1 Log Analytics workspace is changed: log queries over public addresses Enabled to Disabled (platform-logs).",
    ],
  ],
  [
    "tokenRotated",
    "1 Key Vault secret is changed: a secret value (hub-token); 1 online deployment is changed: environment variables (chat-main-0762b56a-deployment).",
    [
      "1 Key Vault secret is changed: a secret value (hub-token).",
      "1 online deployment is changed: environment variables (chat-main-0762b56a-deployment).",
    ],
  ],
  [
    "size",
    "1 online endpoint is changed: traffic weights (chat-traffic-write); 1 online deployment is deleted: chat-candidate-5b0f8f31-deployment; 1 online deployment is created: chat-candidate-fd037824-deployment.",
    [
      "1 online endpoint is changed: traffic weights (chat-traffic-write).",
      "1 online deployment is deleted: chat-candidate-5b0f8f31-deployment.",
      "1 online deployment is created: chat-candidate-fd037824-deployment.",
    ],
  ],
])("%s", (name, summary, details) => {
  expect(restOf(name)).toMatchObject({ summary, ...(details.length === 0 ? {} : { details }) });
});

test("what is created or deleted as a whole is counted once, with at most 3 names for each kind", () => {
  const resources = (name: string) =>
    previewOf(name).steps.filter(({ token }) => !/^(moor:index:|pulumi:|azure-native:resources:Deployment$)/.test(token));
  expect(restOf("destroy").summary).toBe(`${resources("destroy").length} resources of 24 kinds are deleted.`);
  expect(restOf("firstUp").summary).toBe(`${resources("firstUp").length} resources of 28 kinds are created.`);
  expect(restOf("destroy").details).toContain(
    "11 role assignments are deleted: chat-acr-pull, chat-blob-reader, platform-app-insights-contributor and 8 others.",
  );
  expect(restOf("endpointAdded").details).toContain("1 online endpoint is created: scoring-endpoint.");
});

const storage = (before: Body | undefined, after: Body | undefined, more: Partial<MadeStep> = {}): MadeStep => ({
  token: "azure-native:storage:StorageAccount",
  name: "store",
  ...(before && { before }),
  ...(after && { after }),
  ...more,
});
const id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/moor/providers/Microsoft.Network/virtualNetworks/vnet";
const noEffect = "Only defaults, or the form of values, change on 1 resource, without effect.";

describe("noise", () => {
  test.each([
    ["tags", storage({ tags: { a: "1", "b.c": "1" } }, { tags: { a: "2", "b.c": "2" } }), "Only tags change on 1 resource: a and b.c."],
    [
      "a hash of Moor and a tag",
      storage({ tags: { a: "1", "moor-written": "x" } }, { tags: { a: "2", "moor-written": "y" } }),
      "Only tags change on 1 resource: a.",
    ],
    [
      "a hash of Moor",
      storage({ tags: { "moor-written": "x" } }, { tags: { "moor-written": "y" } }),
      "Only hashes that Moor writes change on 1 resource.",
    ],
    ["a value that Azure has already", storage({}, { accessTier: "Hot" }, { outputs: { accessTier: "Hot" } }), noEffect],
    ["empty lists and objects", storage({ networkRuleSet: { ipRules: [] } }, {}), noEffect],
    ["the case of an ID", storage({ customDomain: { name: id } }, { customDomain: { name: id.toUpperCase() } }), noEffect],
    [
      "the order of a list",
      storage(
        { networkRuleSet: { ipRules: [{ a: 1, b: 2 }, { a: 3 }] } },
        { networkRuleSet: { ipRules: [{ a: 3 }, { b: 2, a: 1 }] } },
        { changed: ["networkRuleSet.ipRules[0].a"] },
      ),
      noEffect,
    ],
  ] as const)("%s", (_, step, line) => {
    expect(rest(changeFrom([step]))).toEqual({ summary: line, notices: [], details: [line] });
  });

  test("components and reads are nothing", () => {
    const steps = [
      { token: "moor:index:Workspace", name: "platform", before: {}, after: { a: 1 } },
      storage({ a: 1 }, { a: 2 }, { operation: "read" }),
    ];
    expect(rest(changeFrom(steps))).toEqual({ summary: "", notices: [] });
  });

  test.each([
    ["another value than Azure has", storage({ x: 1 }, { x: 1, accessTier: "Cool" }, { outputs: { accessTier: "Hot" } }), "1 property"],
    [
      "a secret next to a tag",
      storage({ tags: { a: "1" }, x: SECRET }, { tags: { a: "2" }, x: SECRET }, { changed: ["tags.a", "x"] }),
      "a secret value",
    ],
    ["a secret in a list", storage({ x: [{ y: SECRET }] }, { x: [{ y: SECRET }] }, { changed: ['x[0]["y"]'] }), "a secret value"],
    ["a change that only the engine sees", storage({ x: 1 }, { x: 1 }, { changed: ["x"] }), ""],
    ["another case of a name", storage({ accessTier: "hot" }, { accessTier: "Hot" }), "1 property"],
    ["another length of a list", storage({ networkRuleSet: { ipRules: [1] } }, { networkRuleSet: { ipRules: [1, 1] } }), "1 property"],
  ] as const)("is not %s", (_, step, text) => {
    const names = text === "" ? "store" : `${text} (store)`;
    expect(rest(changeFrom([step])).details).toEqual([`1 storage account is changed: ${names}.`]);
  });
});

test("a changed build of an image is no noise", () => {
  const inputs = (contextDigest: string) => ({ imageName: "cr.azurecr.io/moor/vllm:1", build: { context: "docker/vllm", contextDigest } });
  const step = { token: "docker:index/image:Image", name: "image", before: inputs("1"), after: inputs("2") };
  expect(rest(changeFrom([step])).details).toEqual(["1 image build is changed: image."]);
});

test("an update plan has names in place of the values before the run", () => {
  const { summary, notices, details } = rest(changeOf(readPreview(fixture("tokenAdded.plan.json"))));
  expect(notices.map(({ severity }) => severity)).toEqual(["look"]);
  expect(details).toEqual([
    "1 online deployment is changed: chat-main-f3ea4a27-deployment.",
    "1 image build is changed: image-ededa9a9-build.",
    "1 Key Vault secret is created: hub-token.",
    "1 role assignment is created: chat-secrets-user.",
    "1 random string is created: hub-token-suffix.",
  ]);
  expect(summary.length).toBeLessThanOrEqual(260);
});

describe("alerts", () => {
  const group = (...addresses: string[]) => ({ emailReceivers: addresses.map((emailAddress) => ({ name: emailAddress, emailAddress })) });
  const changed = (before: Body, after: Body) =>
    rest(changeFrom([{ token: "azure-native:monitor:ActionGroup", name: "chat-monitoring-emails", before, after }]));

  test("a removed address needs a look, and is not shown", () => {
    const { notices } = changed(group("a@example.com", "b@example.com"), group("A@example.com", "c@example.com", "d@example.com"));
    expect(notices).toEqual([
      {
        severity: "look",
        text: "Alerts (chat-monitoring-emails): 1 of 2 email addresses is removed, and 2 other ones are added. The stack file contains the addresses.",
      },
    ]);
  });

  test("an added address needs none", () => {
    expect(changed(group("a@example.com"), group("b@example.com", "a@example.com")).notices).toEqual([]);
  });
});

describe("what the review can't see needs a look", () => {
  test("the kind of a resource", () => {
    const steps = [
      { token: "azure-native:web:WebApp", name: "app", after: {} },
      { token: "aws:s3/bucket:Bucket", name: "bucket", before: {} },
      { token: "pulumi:providers:azure-native", name: "other", before: {}, after: { subscriptionId: "x" } },
    ];
    const { notices, details } = rest(changeFrom(steps));
    expect(notices).toEqual([
      {
        severity: "look",
        text: "Moor doesn't judge changes of these kinds: Microsoft.Web/sites, aws:s3/bucket:Bucket and pulumi:providers:azure-native. Read 3 changes in the preview.",
      },
    ]);
    expect(details).toEqual([
      "1 resource of type Microsoft.Web/sites is created: app.",
      "1 resource of type aws:s3/bucket:Bucket is deleted: bucket.",
      "1 resource of type pulumi:providers:azure-native is changed: other.",
    ]);
  });

  test("unchanged resources", () => {
    expect(rest(changeFrom([], { isComplete: false })).notices.map(({ severity }) => severity)).toEqual(["look"]);
    expect(rest(changeFrom([], { isComplete: false, kind: "destroy" })).notices).toEqual([]);
  });

  test("outputs of the stack", () => {
    const {
      steps: [stack],
    } = changeFrom([{ token: "pulumi:pulumi:Stack", name: "moor-prod", before: {}, after: {}, operation: "same" }]).preview;
    const before = { ...stack!.before!, outputs: { location: "swedencentral" } };
    const [hidden, seen] = [
      { ...stack!, before },
      { ...stack!, before, after: before },
    ].map((step) => rest(changeOf({ ...previewOf("noChange"), steps: [step] })));
    expect(hidden!.notices.map(({ severity, text }) => [severity, text.slice(0, 67)])).toEqual([
      ["look", "The saved preview doesn't contain the outputs of the stack after th"],
    ]);
    expect(seen!.notices).toEqual([]);
  });

  test("what a failed replacement has left behind", () => {
    const leftovers = [stepFrom(storage({}, undefined, { operation: "delete-replaced" }))];
    expect(rest(changeFrom([], { leftovers })).notices).toEqual([
      { severity: "look", text: "1 earlier resource, which a failed replacement has left behind, is deleted: store." },
    ]);
  });
});
