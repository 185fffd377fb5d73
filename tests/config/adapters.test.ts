// Proves which LoRA adapters a stack file accepts and what its requirements contain. Doesn't prove that an adapter exists, or that vLLM loads
// it: nothing is read from the Hub (tests/cli/lock/adapters.test.ts).
import { checkSettings } from "../../config/checkStack";
import { deploymentRequirements } from "../../config/requirements";
import { settingsSchema } from "../../config/stackFile";
import { rawStack, revision, spoilt, type Tree, vllmDeployment } from "./stacks";

const at = "moor:endpoints.chat.deployments.main.vllm";

const withVllm = (changes: Tree): Tree =>
  spoilt((s) => {
    delete s["moor:lock"];
    Object.assign(s["moor:endpoints"].chat.deployments.main.vllm, { source: "mirror", ...changes });
  });

const errorsOf = (settings: Tree) => checkSettings(rawStack(settings)).errors.filter(({ path }) => !path.startsWith("moor.lock"));
const shown = (changes: Tree) => errorsOf(withVllm(changes)).map(({ code, path, problem }) => [code, path, problem]);

const support = { model: "acme/support-lora", revision: "a".repeat(40) };

test("adapters of the Hub, with and without a commit, and of a folder are accepted", () => {
  expect(shown({ adapters: { support, legal: { model: "acme/legal-lora" }, own: { path: "./adapters/own" } } })).toEqual([]);
});

test.each<[string, Tree, code: string, path: string, problem: string]>([
  ["neither a model nor a path", { adapters: { support: {} } }, "MOOR007", `${at}.adapters.support`, "None of model, path is set."],
  [
    "a model and a path",
    { adapters: { support: { model: "acme/support-lora", path: "./adapters/support" } } },
    "MOOR007",
    `${at}.adapters.support`,
    "Only one of model and path is allowed.",
  ],
  [
    "a commit of a folder",
    { adapters: { support: { path: "./adapters/support", revision } } },
    "MOOR065",
    `${at}.adapters.support.revision`,
    "`revision` has no effect with `path`: the hash of the files identifies the adapter.",
  ],
  [
    "an absolute path",
    { adapters: { support: { path: "/adapters/support" } } },
    "MOOR006",
    `${at}.adapters.support.path`,
    'The path "/adapters/support" is not relative to the folder of the stack file.',
  ],
  [
    "a name with a slash",
    { adapters: { "acme/support": support } },
    "MOOR010",
    `${at}.adapters.acme/support`,
    'The name "acme/support" is not valid.',
  ],
  [
    "the served name of the model",
    { servedName: "support", adapters: { support } },
    "MOOR097",
    `${at}.adapters.support`,
    'The adapter has the name "support", which is the name of the model itself.',
  ],
  [
    "weights of the Hub",
    { source: "hub", adapters: { support } },
    "MOOR096",
    `${at}.adapters`,
    "LoRA adapters are not possible with `source: hub`: vLLM would download the newest commit of each adapter at each start, because it has no setting for an adapter's commit.",
  ],
  [
    "weights of the workspace",
    { source: "workspace", revision: undefined, registeredModel: "chat:3", adapters: { support } },
    "MOOR096",
    `${at}.adapters`,
    "LoRA adapters are not possible with `source: workspace`: Azure mounts one registered model, and Moor doesn't add files to it.",
  ],
  [
    "the task embed",
    { task: "embed", adapters: { support } },
    "MOOR096",
    `${at}.adapters`,
    "LoRA adapters are not used with `task: embed`: the adapters are served as models of chat completions.",
  ],
  ...["enable-lora", "lora-modules", "max-loras", "max-lora-rank", "max-cpu-loras"].map((flag): [string, Tree, string, string, string] => [
    `the flag ${flag}`,
    { adapters: { support }, flags: { [flag]: 1 } },
    "MOOR098",
    `${at}.flags.${flag}`,
    `--${flag} can't be set with \`source: mirror\`: Moor derives it from \`vllm.adapters\`.`,
  ]),
  [
    "a flag of adapters without adapters",
    { flags: { "enable-lora": true } },
    "MOOR098",
    `${at}.flags.enable-lora`,
    "--enable-lora can't be set with `source: mirror`: Moor derives it from `vllm.adapters`.",
  ],
])("%s is an error", (_, changes, code, path, problem) => {
  expect(shown(changes)).toContainEqual([code, path, problem]);
});

test("with registered weights, whose folder can contain adapters, the flags are accepted", () => {
  const flags = { "enable-lora": true, "lora-modules": "support=adapters/support" };
  expect(shown({ source: "workspace", revision: undefined, registeredModel: "chat:3", flags })).toEqual([]);
});

test("deployments that share traffic serve the same adapters", () => {
  const vllm = { model: "Qwen/Qwen2.5-0.5B-Instruct", revision, context: "8k", concurrencyPerInstance: 8, source: "mirror" };
  const shared = (one: Tree, other: Tree) =>
    errorsOf(
      spoilt((s) => {
        delete s["moor:lock"];
        const both = {
          main: vllmDeployment({ vllm: { ...vllm, ...one }, weight: 50 }),
          other: vllmDeployment({ vllm: { ...vllm, ...other }, weight: 50 }),
        };
        s["moor:endpoints"].chat.deployments = both;
      }),
    ).map(({ code, problem }) => [code, problem]);
  expect(shared({ adapters: { a: support, b: support } }, { adapters: { b: support, a: support } })).toEqual([]);
  expect(shared({ adapters: { support } }, {})).toEqual([
    [
      "MOOR026",
      'The deployments serve different model names (main as "Qwen/Qwen2.5-0.5B-Instruct" and "support", other as "Qwen/Qwen2.5-0.5B-Instruct"). A request for one of these names fails on the other deployments.',
    ],
  ]);
});

describe("requirements", () => {
  const requirementsOf = (changes: Tree) => {
    const { settings } = { settings: settingsSchema.parse(withVllm(changes)) };
    return deploymentRequirements(settings["moor:endpoints"].chat!.deployments.main!, undefined);
  };

  test("each adapter is one value, and a stack file without adapters has none", () => {
    const adapters = { support, legal: { model: "acme/legal-lora" }, own: { path: "./adapters/own" } };
    const before = requirementsOf({});
    expect(requirementsOf({ adapters })).toEqual({
      ...before,
      "vllm.adapters.support": `acme/support-lora@${"a".repeat(40)}`,
      "vllm.adapters.legal": "acme/legal-lora",
      "vllm.adapters.own": "./adapters/own",
    });
    expect(Object.keys(before).filter((key) => key.startsWith("vllm.adapters"))).toEqual([]);
  });
});
