/**
 * Tests invalid stack files, one error per row, and the exact report of each. Doesn't prove that the rules match Azure: they depend on the
 * tables of facts, and no test sends a request to Azure.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkStack } from "../../config/checkStack";
import { errorKinds, reportErrors } from "../../config/errors";
import { digest, goodSettings, rawStack, revision, scoreDeployment, spoilt, subscription, type Tree, vllmDeployment } from "./stacks";

const main = (settings: Tree): Tree => settings["moor:endpoints"].chat.deployments.main;
const deployments = (settings: Tree, value: Tree): void => {
  settings["moor:endpoints"].chat.deployments = value;
};
const at = "moor:endpoints.chat.deployments.main";
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, "x"]));

/** A change to the valid stack, and the code, path and problem of the resulting error. */
type Row = readonly [title: string, spoil: (settings: Tree) => void, code: string, path: string, problem: string];

const rows: readonly Row[] = [
  ["a setting is misspelt", (s) => (s["moor:endpoint"] = {}), "MOOR001", "moor:endpoint", 'Unknown key "moor:endpoint".'],
  ["a key is misspelt", (s) => (main(s).wieght = 1), "MOOR001", `${at}.wieght`, 'Unknown key "wieght".'],
  ["the region is missing", (s) => delete s["azure-native:location"], "MOOR002", "azure-native:location", "The value is missing."],
  ["the endpoints are missing", (s) => delete s["moor:endpoints"], "MOOR002", "moor:endpoints", "The value is missing."],
  ["the weight is missing", (s) => delete main(s).weight, "MOOR002", `${at}.weight`, "The value is missing."],
  ["auth is missing", (s) => delete s["moor:endpoints"].chat.auth, "MOOR002", "moor:endpoints.chat.auth", "The value is missing."],
  ["the context is missing", (s) => delete main(s).vllm.context, "MOOR002", `${at}.vllm.context`, "The value is missing."],
  ["residency is text", (s) => (s["moor:residency"] = "Sweden"), "MOOR003", "moor:residency", 'The value "Sweden" is text.'],
  ["the endpoints are left blank", (s) => (s["moor:endpoints"] = ""), "MOOR002", "moor:endpoints", "The value is missing."],
  ["the region is left blank", (s) => (s["azure-native:location"] = ""), "MOOR002", "azure-native:location", "The value is missing."],
  ["the weight is left blank", (s) => (main(s).weight = null), "MOOR002", `${at}.weight`, "The value is missing."],
  ["instances are a word", (s) => (main(s).instances = "one"), "MOOR003", `${at}.instances`, 'The value "one" is text.'],
  ["endpoints are a list", (s) => (s["moor:endpoints"] = []), "MOOR003", "moor:endpoints", "The value [] is a list."],
  ["the weight is text", (s) => (main(s).weight = "100"), "MOOR003", `${at}.weight`, 'The value "100" is text.'],
  ["instances are a fraction", (s) => (main(s).instances = 1.5), "MOOR003", `${at}.instances`, "The value 1.5 is a fraction."],
  [
    "a tag is a number",
    (s) => (s["moor:platform"].tags = { costCentre: 4711 }),
    "MOOR003",
    "moor:platform.tags.costCentre",
    "The value 4711 is a number.",
  ],
  [
    "auth is unknown",
    (s) => (s["moor:endpoints"].chat.auth = "entraid"),
    "MOOR004",
    "moor:endpoints.chat.auth",
    'The value "entraid" is not allowed.',
  ],
  ["the lock's mode is unknown", (s) => (s["moor:lock"] = "off"), "MOOR004", "moor:lock", 'The value "off" is not allowed.'],
  ["the source is unknown", (s) => (main(s).vllm.source = "s3"), "MOOR004", `${at}.vllm.source`, 'The value "s3" is not allowed.'],
  ["there are 51 instances", (s) => (main(s).instances = 51), "MOOR005", `${at}.instances`, "The number 51 is out of range."],
  ["there are no instances", (s) => (main(s).instances = 0), "MOOR005", `${at}.instances`, "The number 0 is out of range."],
  ["a request may take 181 s", (s) => (main(s).requestTimeout = 181), "MOOR005", `${at}.requestTimeout`, "The number 181 is out of range."],
  [
    "the concurrency is 0",
    (s) => (main(s).vllm.concurrencyPerInstance = 0),
    "MOOR005",
    `${at}.vllm.concurrencyPerInstance`,
    "The number 0 is out of range.",
  ],
  [
    "more than half is mirrored",
    (s) => deployments(s, { main: vllmDeployment(), shadow: vllmDeployment({ weight: 0, mirror: 51 }) }),
    "MOOR005",
    "moor:endpoints.chat.deployments.shadow.mirror",
    "The number 51 is out of range.",
  ],
  [
    "the context is no number",
    (s) => (main(s).vllm.context = "16kk"),
    "MOOR006",
    `${at}.vllm.context`,
    'The value "16kk" has an invalid format.',
  ],
  ["the model is no id", (s) => (main(s).vllm.model = "qwen"), "MOOR006", `${at}.vllm.model`, 'The value "qwen" has an invalid format.'],
  [
    "the revision is a branch",
    (s) => (main(s).vllm.revision = "main"),
    "MOOR006",
    `${at}.vllm.revision`,
    'The value "main" has an invalid format.',
  ],
  [
    "the image is a tag",
    (s) => (s["moor:images"].vllm = "moor/vllm:latest"),
    "MOOR209",
    "moor:images.vllm",
    'The image "moor/vllm:latest" has no digest.',
  ],
  [
    "the image is named with its registry",
    (s) => (s["moor:images"].vllm = `registry.example.com:443/moor/vllm@${digest}`),
    "MOOR006",
    "moor:images.vllm",
    expect.stringMatching(/^The value "registry\.example\.com:443\/moor.* has an invalid format\.$/),
  ],
  [
    "an invoker is no object id",
    (s) => Object.assign(s["moor:endpoints"].chat, { auth: "entra", invokers: ["ml-team"] }),
    "MOOR006",
    "moor:endpoints.chat.invokers.0",
    'The value "ml-team" has an invalid format.',
  ],
  [
    "residency says it twice",
    (s) => (s["moor:residency"].regions = ["swedencentral"]),
    "MOOR007",
    "moor:residency",
    "Only one of geography and regions is allowed.",
  ],
  [
    "a deployment has two engines",
    (s) => (main(s).score = { path: "./docker/score" }),
    "MOOR007",
    at,
    "Only one of vllm and score is allowed.",
  ],
  ["a deployment has no engine", (s) => delete main(s).vllm, "MOOR007", at, "None of vllm, score is set."],
  [
    "instances are fixed and scaled",
    (s) => (main(s).scale = { min: 1, max: 2 }),
    "MOOR007",
    at,
    "Only one of instances and scale is allowed.",
  ],
  [
    "the network is neither",
    (s) => (s["moor:platform"].network = {}),
    "MOOR007",
    "moor:platform.network",
    "None of create, existing is set.",
  ],
  [
    "an endpoint's key has upper case",
    (s) => (s["moor:endpoints"] = { Chat: s["moor:endpoints"].chat }),
    "MOOR010",
    "moor:endpoints.Chat",
    'The name "Chat" is not valid.',
  ],
  [
    "an endpoint's key is too long",
    (s) => (s["moor:endpoints"] = { ["c".repeat(22)]: s["moor:endpoints"].chat }),
    "MOOR011",
    `moor:endpoints.${"c".repeat(22)}`,
    `The name ${"c".repeat(22)}-dev-<6 characters> has 33 characters.`,
  ],
  [
    "a label is too long",
    (s) => deployments(s, { ["m".repeat(24)]: vllmDeployment() }),
    "MOOR011",
    `moor:endpoints.chat.deployments.${"m".repeat(24)}`,
    `The name ${"m".repeat(24)}-<8 digits> has 33 characters.`,
  ],
  [
    "two endpoints share a name",
    (s) => {
      s["moor:endpoints"].chat.name = "chat-prod";
      s["moor:endpoints"].fraud = { auth: "key", name: "chat-prod", deployments: { main: scoreDeployment() } };
    },
    "MOOR012",
    "moor:endpoints.fraud.name",
    'The name "chat-prod" is already used by the endpoint "chat".',
  ],
  [
    "the region is misspelt",
    (s) => (s["azure-native:location"] = "swedencentrall"),
    "MOOR015",
    "azure-native:location",
    'The region "swedencentrall" does not exist.',
  ],
  [
    "the geography is misspelt",
    (s) => (s["moor:residency"].geography = "Schweden"),
    "MOOR016",
    "moor:residency.geography",
    'The geography "Schweden" does not exist.',
  ],
  [
    "the region is outside the geography",
    (s) => (s["azure-native:location"] = "westeurope"),
    "MOOR017",
    "azure-native:location",
    "The region westeurope of the stack is in the geography Europe, outside the residency.",
  ],
  [
    "the region is China's",
    (s) => (s["azure-native:location"] = "chinaeast"),
    "MOOR018",
    "azure-native:location",
    "China East is in AzureChinaCloud, which doesn't offer private managed endpoints.",
  ],
  [
    "an endpoint has no deployment",
    (s) => deployments(s, {}),
    "MOOR020",
    "moor:endpoints.chat.deployments",
    "The endpoint has no deployment.",
  ],
  [
    "weights sum to 90",
    (s) => deployments(s, { main: vllmDeployment({ weight: 60 }), next: vllmDeployment({ weight: 30 }) }),
    "MOOR021",
    "moor:endpoints.chat.deployments",
    "The weights sum to 90 (main 60, next 30).",
  ],
  [
    "weights sum to 110",
    (s) => deployments(s, { main: vllmDeployment(), next: vllmDeployment({ weight: 10 }) }),
    "MOOR021",
    "moor:endpoints.chat.deployments",
    "The weights sum to 110 (main 100, next 10).",
  ],
  [
    "two deployments are mirrored to",
    (s) => {
      const shadow = vllmDeployment({ weight: 0, mirror: 10 });
      deployments(s, { main: vllmDeployment(), one: shadow, two: shadow });
    },
    "MOOR022",
    "moor:endpoints.chat.deployments",
    "Requests are mirrored to one, two.",
  ],
  [
    "a live deployment is mirrored to",
    (s) => (main(s).mirror = 5),
    "MOOR023",
    `${at}.mirror`,
    "The deployment has both weight 100 and mirror 5.",
  ],
  [
    "an endpoint has 21 deployments",
    (s) => {
      const idle = Array.from({ length: 20 }, (_, index) => [`idle-${index}`, vllmDeployment({ weight: 0 })]);
      deployments(s, { main: vllmDeployment(), ...Object.fromEntries(idle) });
    },
    "MOOR024",
    "moor:endpoints.chat.deployments",
    "The endpoint has 21 deployments.",
  ],
  [
    "there are 101 endpoints",
    (s) => {
      const many = Array.from({ length: 101 }, (_, index) => [`e${index}`, { auth: "key", deployments: { main: vllmDeployment() } }]);
      s["moor:endpoints"] = Object.fromEntries(many);
    },
    "MOOR027",
    "moor:endpoints",
    "The stack has 101 endpoints.",
  ],
  [
    "26 endpoints have 20 deployments each",
    (s) => {
      const labels = Array.from({ length: 20 }, (_, index) => [`d${index}`, vllmDeployment({ weight: index === 0 ? 100 : 0 })]);
      const many = Array.from({ length: 26 }, (_, index) => [`e${index}`, { auth: "key", deployments: Object.fromEntries(labels) }]);
      s["moor:endpoints"] = Object.fromEntries(many);
    },
    "MOOR027",
    "moor:endpoints",
    "The stack has 520 deployments.",
  ],
  [
    "the scale is upside down",
    (s) => {
      delete main(s).instances;
      main(s).scale = { min: 4, max: 2 };
    },
    "MOOR025",
    `${at}.scale`,
    "The minimum 4 is greater than the maximum 2.",
  ],
  [
    "live deployments have different served names",
    (s) => {
      const next = vllmDeployment({ weight: 10 });
      next.vllm.servedName = "chat";
      deployments(s, { main: vllmDeployment({ weight: 90 }), next });
    },
    "MOOR026",
    "moor:endpoints.chat.deployments",
    'The deployments serve different model names (main as "Qwen/Qwen2.5-0.5B-Instruct", next as "chat"). A request for one of these names fails on the other deployments.',
  ],
  [
    "the size doesn't exist",
    (s) => (main(s).size = "Standard_NC24ads_A100_v5"),
    "MOOR030",
    `${at}.size`,
    `Managed online endpoints don't support the size "Standard_NC24ads_A100_v5".`,
  ],
  [
    "the size is in another case",
    (s) => (main(s).size = "standard_nc24ads_a100_v4"),
    "MOOR030",
    `${at}.size`,
    `Managed online endpoints don't support the size "standard_nc24ads_a100_v4".`,
  ],
  [
    "the size is retired",
    (s) => (main(s).size = "Standard_NC6s_v3"),
    "MOOR031",
    `${at}.size`,
    "Azure retired Standard_NC6s_v3 on 2025-09-30.",
  ],
  ["vLLM gets a CPU size", (s) => (main(s).size = "Standard_DS3_v2"), "MOOR032", `${at}.size`, "Standard_DS3_v2 has no GPU."],
  [
    "vLLM gets a V100",
    (s) => (main(s).size = "Standard_ND40rs_v2"),
    "MOOR033",
    `${at}.size`,
    "The V100-32GB of Standard_ND40rs_v2 has compute capability 7.0.",
  ],
  [
    "the size of a score.py is to be decided",
    (s) => deployments(s, { main: scoreDeployment({ size: "auto" }) }),
    "MOOR034",
    `${at}.size`,
    '"auto" is not available for score.py.',
  ],
  [
    "a flag is Moor's own",
    (s) => (main(s).vllm.flags = { "api-key": "x" }),
    "MOOR035",
    `${at}.vllm.flags.api-key`,
    "Moor sets --api-key. Another value would break the model path, the probes or the authentication.",
  ],
  [
    "the address space is no range",
    (s) => (s["moor:platform"].network.create.addressSpace = "10.40.0.1/22"),
    "MOOR040",
    "moor:platform.network.create.addressSpace",
    '"10.40.0.1/22" is not a valid IPv4 range in CIDR notation, written with the first address of the range.',
  ],
  [
    "the address space is small",
    (s) => (s["moor:platform"].network.create.addressSpace = "10.40.0.0/26"),
    "MOOR040",
    "moor:platform.network.create.addressSpace",
    '"10.40.0.0/26" has 64 addresses, which is too few for a subnet for private endpoints and a subnet for runners.',
  ],
  [
    "the address space is Docker's",
    (s) => (s["moor:platform"].network.create.addressSpace = "172.16.0.0/12"),
    "MOOR041",
    "moor:platform.network.create.addressSpace",
    '"172.16.0.0/12" overlaps 172.17.0.0/16, which Docker uses inside each instance. Responses to clients in this range would not leave the instance.',
  ],
  [
    "the workspace's id is a registry's",
    (s) => (s["moor:platform"].workspace = `${subscription}/Microsoft.ContainerRegistry/registries/acr`),
    "MOOR042",
    "moor:platform.workspace",
    `The value ${JSON.stringify(`${subscription}/Microsoft.ContainerRegistry/registries/acr`).slice(0, 76)}..." is the resource ID of a Microsoft.ContainerRegistry/registries.`,
  ],
  [
    "the subnet is a name",
    (s) => (s["moor:platform"].network = { existing: { subnetId: "endpoints" } }),
    "MOOR042",
    "moor:platform.network.existing.subnetId",
    'The value "endpoints" is not an ARM resource ID.',
  ],
  [
    "the quota family is unknown",
    (s) => (s["moor:quota"] = { NCADSA100v5: { limit: 96 } }),
    "MOOR043",
    "moor:quota.NCADSA100v5",
    'The quota family "NCADSA100v5" does not exist.',
  ],
  ...(
    [
      ["moor-stack", '"moor-stack" starts with a reserved prefix.'],
      ["Azure-owner", '"Azure-owner" starts with a reserved prefix.'],
      ["cost centre", `Azure DNS zones don't support the tag name "cost centre".`],
      ["2fa", `Azure DNS zones don't support the tag name "2fa".`],
      ["kostenträger", `Azure DNS zones don't support the tag name "kostenträger".`],
    ] as const
  ).map(
    ([tag, problem]): Row => [
      `a tag is ${tag}`,
      (s) => (s["moor:platform"].tags = { [tag]: "x" }),
      "MOOR044",
      `moor:platform.tags.${tag}`,
      problem,
    ],
  ),
  [
    "the score.py is elsewhere",
    (s) => deployments(s, { main: scoreDeployment({ score: { path: "./docker/scores" } }) }),
    "MOOR046",
    `${at}.score.path`,
    'The folder "./docker/scores" contains no score.py.',
  ],
  [
    "two tags differ in case only",
    (s) => (s["moor:platform"].tags = { owner: "a", Owner: "b" }),
    "MOOR044",
    "moor:platform.tags.Owner",
    '"Owner" differs from "owner" only in case. Azure tag names are case-insensitive.',
  ],
  ["there are 15 tags", (s) => (s["moor:platform"].tags = tags(15)), "MOOR045", "moor:platform.tags", "There are 15 tags."],
  [
    "there are 49 tags where zones are another team's",
    (s) => Object.assign(s["moor:platform"], { dns: "policy", tags: tags(49) }),
    "MOOR045",
    "moor:platform.tags",
    "There are 49 tags.",
  ],
  [
    "the size is to be decided without a lock",
    (s) => (main(s).size = "auto"),
    "MOOR055",
    `${at}.size`,
    "`size: auto` requires a lock file. Without one, the size could change from run to run.",
  ],
  [
    "the weights are mirrored without a lock",
    (s) => (main(s).vllm.source = "mirror"),
    "MOOR056",
    `${at}.vllm.source`,
    "`source: mirror` requires a lock file, which records whether the weights are staged in the region.",
  ],
  [
    "no commit is named without a lock",
    (s) => delete main(s).vllm.revision,
    "MOOR057",
    `${at}.vllm.revision`,
    "`revision` of Qwen/Qwen2.5-0.5B-Instruct is not set. Without a lock file, it is required.",
  ],
  [
    "the token expires on a day that doesn't exist",
    (s) => (s["moor:huggingFaceTokenExpires"] = "2027-02-30"),
    "MOOR006",
    "moor:huggingFaceTokenExpires",
    'The value "2027-02-30" has an invalid format.',
  ],
  [
    "there is an expiry date and no token",
    (s) => (s["moor:huggingFaceTokenExpires"] = "2027-03-01"),
    "MOOR095",
    "moor:huggingFaceTokenExpires",
    "The stack has an expiry date for a Hugging Face token, but no token.",
  ],
  [
    "the token is in plain text",
    (s) => (s["moor:huggingFaceToken"] = "hf_abcdefghijklmnop"),
    "MOOR060",
    "moor:huggingFaceToken",
    "The token is in plain text in the stack file, visible to everyone who can read the repository.",
  ],
  [
    "a gated model is fetched from the hub without a token",
    (s) => Object.assign(main(s).vllm, { model: "meta-llama/Llama-3.1-8B-Instruct", revision }),
    "MOOR063",
    `${at}.vllm.source`,
    "meta-llama/Llama-3.1-8B-Instruct is gated: Hugging Face provides its files only to accounts that accepted its license. `moor:huggingFaceToken` is not set.",
  ],
  [
    "the settings are too large",
    (s) => (s["moor:endpoints"].chat.deployments.main = scoreDeployment({ check: { request: "x".repeat(132_000) } })),
    "MOOR061",
    "config",
    expect.stringMatching(
      /^The settings are too large \(13\d,\d{3} bytes\): Pulumi passes them to the program in one environment variable\.$/,
    ),
  ],
];

function errorsOf(settings: Tree, changes = {}) {
  const checked = checkStack(rawStack(settings, changes));
  return "errors" in checked ? checked.errors : [];
}

test("the valid stack, which every row changes, has no error", () => {
  expect(errorsOf(goodSettings())).toEqual([]);
});

test.each<[string, object]>([
  ["14 tags", { tags: tags(14) }],
  ["48 tags where zones are another team's", { dns: "policy", tags: tags(48) }],
  ["a space and a digit in front where zones are another team's", { dns: "policy", tags: { "2 costs": "x" } }],
])("accepts %s", (_, platform) => {
  expect(errorsOf(spoilt((s) => Object.assign(s["moor:platform"], platform)))).toEqual([]);
});

test.each(rows)("when %s, only that error is reported", (_, spoil, code, path, problem) => {
  const found = errorsOf(spoilt(spoil)).map((error) => ({ code: error.code, path: error.path, problem: error.problem }));
  expect(found).toEqual([{ code, path, problem }]);
});

test("every error contains what is allowed and how to fix it", () => {
  const all = rows.flatMap(([, spoil]) => errorsOf(spoilt(spoil)));
  expect(all).toHaveLength(rows.length);
  expect(all.filter(({ allowed, fix }) => allowed === "" || !/[.?)]$/.test(fix) || /Invalid|expected/.test(allowed))).toEqual([]);
});

test("a similar known word is suggested", () => {
  const fixes = (spoil: (settings: Tree) => void) => errorsOf(spoilt(spoil)).map(({ fix }) => fix);
  expect(fixes((s) => (main(s).wieght = 1))).toEqual(['Did you mean "weight"?']);
  expect(fixes((s) => (s["azure-native:location"] = "swedencentrall"))).toEqual(['Did you mean "swedencentral"?']);
  expect(fixes((s) => (s["moor:quota"] = { NCADSA100v5: { limit: 96 } }))).toEqual(['Did you mean "NCADSA100v4"?']);
});

test("quotes are suggested only if they fix the value", () => {
  const fixes = (spoil: (settings: Tree) => void) => errorsOf(spoilt(spoil)).map(({ fix }) => fix);
  expect(fixes((s) => (main(s).instances = "one"))).toEqual(["Set a value of an allowed type."]);
  expect(fixes((s) => (main(s).instances = "2"))).toEqual(["Remove the quotes around the value."]);
  expect(fixes((s) => (main(s).keepPrevious = "true"))).toEqual(["Remove the quotes around the value."]);
  expect(fixes((s) => (s["moor:platform"].tags = { costCentre: 4711 }))).toEqual(["Put the value in quotes."]);
});

test("for an unknown region, the report lists the residency's regions or similar regions", () => {
  const told = (spoil: (settings: Tree) => void) => errorsOf(spoilt(spoil)).map(({ allowed, fix }) => ({ allowed, fix }));
  const resident = "swedencentral, swedensouth";
  expect(told((s) => (s["azure-native:location"] = "atlantis"))).toEqual([{ allowed: resident, fix: "Set a region of the residency." }]);
  expect(told((s) => (s["azure-native:location"] = "sweden"))).toEqual([
    { allowed: resident, fix: 'Did you mean "swedensouth" or "swedencentral"?' },
  ]);
  expect(told((s) => (s["moor:residency"] = { regions: ["swedencentral", "westeurop"] }))).toEqual([
    { allowed: "regions of the public cloud, for example westeurope", fix: 'Did you mean "westeurope"?' },
  ]);
});

test("similar sizes are listed", () => {
  const [found] = errorsOf(spoilt((s) => (main(s).size = "Standard_NC40ads_A100_v4")));
  expect(found?.allowed).toContain("Standard_NC24ads_A100_v4");
});

test("schema errors and rule errors in different places are in one report", () => {
  const settings = spoilt((s) => {
    main(s).wieght = 1;
    main(s).size = "Standard_NC6s_v3";
    main(s).weight = 90;
    s["azure-native:location"] = "westeurope";
  });
  expect(errorsOf(settings).map(({ code }) => code)).toEqual(["MOOR001", "MOOR017", "MOOR021", "MOOR031"]);
});

test("a stack name that is not valid in an endpoint name is an error", () => {
  const found = errorsOf(goodSettings(), { stack: "Prod_EU" });
  expect(found.map(({ code, path }) => ({ code, path }))).toEqual([{ code: "MOOR010", path: "stack" }]);
});

test("no report shows a secret or text that looks like a token", () => {
  const plain = spoilt((s) => {
    s["moor:huggingFaceToken"] = "hf_abcdefghijklmnop";
    s["moor:endpoints"].chat.auth = "hf_abcdefghijklmnop";
  });
  const secret = errorsOf(
    spoilt((s) => (s["moor:residency"] = "top-secret")),
    { secretKeys: ["moor:residency"] },
  );
  const report = reportErrors("dev", [...errorsOf(plain), ...secret]);
  expect(secret).toHaveLength(1);
  expect(report).not.toMatch(/hf_|top-secret/);
  expect(report).toContain("The value [secret] is");
});

test("an encrypted token is not an error, and is not in the spec", () => {
  const settings = spoilt((s) => (s["moor:huggingFaceToken"] = "hf_abcdefghijklmnop"));
  const checked = checkStack(rawStack(settings, { secretKeys: ["moor:huggingFaceToken"] }));
  expect("spec" in checked).toBe(true);
  expect(JSON.stringify(checked)).not.toContain("hf_");
});

const tokenNotes = (today: string, expires = "2027-03-01") => {
  const settings = { ...goodSettings(), "moor:huggingFaceToken": "x", "moor:huggingFaceTokenExpires": expires };
  const checked = checkStack(rawStack(settings, { secretKeys: ["moor:huggingFaceToken"], now: new Date(today) }));
  return "spec" in checked ? checked.spec.notes.filter((note) => note.includes("Hugging Face token")) : checked.errors;
};

test.each([
  ["2027-01-29T23:59:59Z", []],
  [
    "2027-01-30T00:00:00Z",
    [
      "The Hugging Face token expires on 2027-03-01, in 30 days: create a new one, set it with `pulumi config set --secret moor:huggingFaceToken`, and update moor:huggingFaceTokenExpires.",
    ],
  ],
  [
    "2027-02-28T23:00:00Z",
    [
      "The Hugging Face token expires on 2027-03-01, in 1 day: create a new one, set it with `pulumi config set --secret moor:huggingFaceToken`, and update moor:huggingFaceTokenExpires.",
    ],
  ],
  [
    "2027-03-01T00:00:00Z",
    [
      "The Hugging Face token expired on 2027-03-01: create a new one, set it with `pulumi config set --secret moor:huggingFaceToken`, and update moor:huggingFaceTokenExpires.",
    ],
  ],
])("on %s, the preview shows for a token that expires on 2027-03-01: %j", (today, notes) => {
  expect(tokenNotes(today)).toEqual(notes);
});

test("a date without quotes, which Pulumi passes as a time, is the same date", () => {
  expect(tokenNotes("2027-03-02T00:00:00Z", "2027-03-01 00:00:00 +0000 UTC")).toEqual(tokenNotes("2027-03-02T00:00:00Z"));
});

test("a gated model is accepted with a token, and with staged weights", () => {
  const gated = (changes: Tree) =>
    spoilt((s) => Object.assign(main(s).vllm, { model: "meta-llama/Llama-3.1-8B-Instruct", revision, ...changes }));
  const withToken = { ...gated({}), "moor:huggingFaceToken": "[secret]" };
  expect(errorsOf(withToken, { secretKeys: ["moor:huggingFaceToken"] })).toEqual([]);
  expect(errorsOf(gated({ source: "mirror" })).map(({ code }) => code)).toEqual(["MOOR056"]);
});

test("a folder without score.py is rejected", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-score-"));
  try {
    const settings = spoilt((s) => deployments(s, { main: scoreDeployment({ score: { path: "." } }) }));
    expect(errorsOf(settings, { folder }).map(({ code, path: where, problem }) => ({ code, path: where, problem }))).toEqual([
      { code: "MOOR046", path: `${at}.score.path`, problem: 'The folder "." contains no score.py.' },
    ]);
    fs.writeFileSync(path.join(folder, "score.py"), "");
    expect(errorsOf(settings, { folder })).toEqual([]);
    fs.rmSync(path.join(folder, "score.py"));
    fs.mkdirSync(path.join(folder, "score.py"));
    expect(errorsOf(settings, { folder }).map(({ code }) => code)).toEqual(["MOOR046"]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test("settings of other providers are ignored", () => {
  expect(errorsOf({ ...goodSettings(), "azure-native:subscriptionId": "x", "aws:region": "y" })).toEqual([]);
});

test("a report is one text with codes, paths and fixes, and no stack trace", () => {
  const text = reportErrors("dev", errorsOf(spoilt((s) => (main(s).instances = 51))));
  expect(text).toBe(
    [
      'Stack "dev" has 1 configuration error. Nothing was created or changed.',
      "",
      "MOOR005 moor:endpoints.chat.deployments.main.instances",
      "  The number 51 is out of range.",
      "  Allowed: a whole number from 1 to 50, Azure's maximum per deployment",
      "  Fix: Set a number in the allowed range.",
    ].join("\n"),
  );
});

/** Codes whose rows are in other tests of this folder or in tests/cli/lock. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  "lock.test.ts": ["MOOR050", "MOOR051", "MOOR052", "MOOR053", "MOOR054", "MOOR064", "MOOR066"],
  "strictYaml.test.ts": ["MOOR062"],
  "ignored.test.ts": ["MOOR065"],
  "tasks.test.ts": ["MOOR028"],
  "platformSettings.test.ts": ["MOOR080", "MOOR081", "MOOR082", "MOOR083", "MOOR084", "MOOR085", "MOOR099"],
  "weights.test.ts": ["MOOR086", "MOOR087", "MOOR088", "MOOR089", "MOOR090"],
  "images/mistakes.test.ts": ["MOOR067", "MOOR071", "MOOR072", "MOOR073", "MOOR074"],
  "accept.test.ts": ["MOOR091"],
  "../cli/lock/hub.test.ts": ["MOOR069"],
  "residency.test.ts": ["MOOR092"],
  "adapters.test.ts": ["MOOR093", "MOOR094", "MOOR096", "MOOR097", "MOOR098"],
  "images/scoreFolder.test.ts": ["MOOR075", "MOOR079"],
  "images/access.test.ts": ["MOOR070", "MOOR076", "MOOR077", "MOOR078"],
};

test("every code of the configuration has a row here or in another test that is named here", () => {
  const told = Object.values(elsewhere).flat();
  const own = Object.keys(errorKinds).filter((code) => code.startsWith("MOOR0"));
  expect(own.filter((code) => !told.includes(code) && !rows.some((row) => row[2] === code))).toEqual([]);
});
