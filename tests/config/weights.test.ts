// Proves which combinations of source, registered model, revision and remote code a stack file accepts, and what the decisions contain.
// Doesn't prove that a registered model exists: nothing is read from Azure.
import { checkSettings, checkStack } from "../../config/checkStack";
import { describe as describeDeployment } from "../../config/describe";
import { deploymentRequirements } from "../../config/requirements";
import { settingsSchema } from "../../config/stackFile";
import { openLicenses } from "../../facts/licenses";
import type { ModelDecision } from "../../planner/decision";
import { rawStack, revision, spoilt, type Tree } from "./stacks";

const at = "moor:endpoints.chat.deployments.main.vllm";
const registry = "azureml://registries/azureml/models/Phi-4-mini-instruct/versions/12";
const tuned = { source: "workspace", revision: undefined, registeredModel: "chat-tuned:3" };
const catalogue = { source: "catalogue", revision: undefined, registeredModel: registry };

const withVllm = (changes: Tree): Tree => spoilt((s) => Object.assign(s["moor:endpoints"].chat.deployments.main.vllm, changes));

function check(changes: Tree) {
  return checkStack(rawStack(withVllm(changes)));
}

function errorsOf(changes: Tree) {
  const checked = check(changes);
  return "errors" in checked ? checked.errors : [];
}

function deploymentOf(changes: Tree) {
  const checked = check(changes);
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec.endpoints[0]!.deployments[0]!;
}

const workspaceForm = "<name>:<version> with a positive integer as the version, for example chat-tuned:3";
const registryForm =
  "azureml://registries/<registry>/models/<name>/versions/<version> with a positive integer as the version, for example azureml://registries/azureml/models/Phi-4-mini-instruct/versions/1";

test.each<[string, Tree, code: string, path: string, problem: string, allowed: string]>([
  [
    "a workspace without a model",
    { ...tuned, registeredModel: undefined },
    "MOOR086",
    `${at}.registeredModel`,
    "`source: workspace` requires `registeredModel`, the model version that Azure mounts.",
    workspaceForm,
  ],
  [
    "a catalogue without a model",
    { ...catalogue, registeredModel: undefined },
    "MOOR086",
    `${at}.registeredModel`,
    "`source: catalogue` requires `registeredModel`, the model version that Azure mounts.",
    registryForm,
  ],
  [
    "a registered model with weights of the Hub",
    { registeredModel: "chat-tuned:3" },
    "MOOR087",
    `${at}.registeredModel`,
    'The registered model "chat-tuned:3" is not used with `source: hub`.',
    "no `registeredModel` with `source: mirror` or `source: hub`",
  ],
  [
    "a model of a registry as one of the workspace",
    { ...tuned, registeredModel: registry },
    "MOOR087",
    `${at}.registeredModel`,
    `The value "${registry}" is not a model version of the workspace, which \`source: workspace\` requires.`,
    workspaceForm,
  ],
  [
    "a model of the workspace as one of a registry",
    { ...catalogue, registeredModel: "chat-tuned:3" },
    "MOOR087",
    `${at}.registeredModel`,
    'The value "chat-tuned:3" is not a model version of a registry, which `source: catalogue` requires.',
    registryForm,
  ],
  [
    "a model of the workspace without a version",
    { ...tuned, registeredModel: "chat-tuned" },
    "MOOR088",
    `${at}.registeredModel`,
    'The model "chat-tuned" has no version.',
    workspaceForm,
  ],
  ...["0", "03", "-1", "1.0", "latest", ""].map((version): [string, Tree, string, string, string, string] => [
    `version "${version}" of a model of the workspace`,
    { ...tuned, registeredModel: `chat-tuned:${version}` },
    "MOOR088",
    `${at}.registeredModel`,
    `The version "${version}" of the model "chat-tuned" is not a positive integer.`,
    workspaceForm,
  ]),
  [
    "a label of a model of a registry",
    { ...catalogue, registeredModel: "azureml://registries/azureml/models/Phi-4/labels/latest" },
    "MOOR088",
    `${at}.registeredModel`,
    'The version "latest" of the model "Phi-4" is not a positive integer.',
    registryForm,
  ],
  [
    "a model of a registry without a version",
    { ...catalogue, registeredModel: "azureml://registries/azureml/models/Phi-4" },
    "MOOR088",
    `${at}.registeredModel`,
    'The model "Phi-4" has no version.',
    registryForm,
  ],
  [
    "a name that Azure doesn't accept",
    { ...tuned, registeredModel: "chat tuned:3" },
    "MOOR006",
    `${at}.registeredModel`,
    'The value "chat tuned:3" has an invalid format.',
    workspaceForm,
  ],
  [
    "the registry of Hugging Face",
    { ...catalogue, registeredModel: "azureml://registries/huggingface/models/gpt2/versions/4" },
    "MOOR089",
    `${at}.registeredModel`,
    'The registry "huggingface" has no weights in Azure: its deployments download them from Hugging Face at each start, which the managed network blocks.',
    "a model version of a registry with weights in Azure, for example azureml",
  ],
  [
    "remote code that isn't allowed",
    { flags: { "trust-remote-code": true } },
    "MOOR090",
    `${at}.flags.trust-remote-code`,
    "The flag trust-remote-code runs Python files of the model in the container, but `remoteCode` is refuse.",
    "trust-remote-code only with `remoteCode: allow`",
  ],
  [
    "remote code of a registered model",
    { ...tuned, flags: { "trust-remote-code": true } },
    "MOOR090",
    `${at}.flags.trust-remote-code`,
    "The flag trust-remote-code runs Python files of the model in the container, but `remoteCode` is refuse.",
    "trust-remote-code only with `remoteCode: allow`",
  ],
  [
    "an unknown choice for remote code",
    { remoteCode: "ignore" },
    "MOOR004",
    `${at}.remoteCode`,
    'The value "ignore" is not allowed.',
    "refuse or omit or allow",
  ],
])("%s is rejected", (_, changes, code, path, problem, allowed) => {
  expect(errorsOf(changes)).toEqual([{ code, path, problem, allowed, fix: expect.stringMatching(/^[A-Z].*\.$/) }]);
});

test.each<[string, Tree, string]>([
  ["a model of a registry", { registeredModel: registry }, "Set `source: catalogue`, or remove `registeredModel`."],
  ["a model of the workspace", { registeredModel: "chat-tuned:3" }, "Set `source: workspace`, or remove `registeredModel`."],
])("the fix for %s with another source names the source that it belongs to", (_, changes, fix) => {
  expect(errorsOf(changes).map((error) => error.fix)).toEqual([fix]);
});

test.each<[string, Tree]>([
  ["`trust-remote-code: false`", { flags: { "trust-remote-code": false } }],
  ["the flag with the Hub", { flags: { "trust-remote-code": true }, remoteCode: "allow" }],
  ["the flag with a registered model", { ...tuned, flags: { "trust-remote-code": true }, remoteCode: "allow" }],
  ["a registered model without a lock file and without a revision", tuned],
  ["a model of a registry without a lock file and without a revision", catalogue],
])("%s is accepted", (_, changes) => {
  expect(errorsOf(changes)).toEqual([]);
});

test.each<[string, Tree, ModelDecision, ofLine: string]>([
  [
    "the workspace",
    tuned,
    { id: "Qwen/Qwen2.5-0.5B-Instruct", source: "workspace", name: "chat-tuned", version: "3" },
    "Qwen/Qwen2.5-0.5B-Instruct (model chat-tuned version 3 of the workspace), ",
  ],
  [
    "a registry",
    catalogue,
    { id: "Qwen/Qwen2.5-0.5B-Instruct", source: "catalogue", registry: "azureml", name: "Phi-4-mini-instruct", version: "12" },
    "Qwen/Qwen2.5-0.5B-Instruct (model Phi-4-mini-instruct version 12 of the registry azureml), ",
  ],
])("the decision for a model of %s contains its version, and the preview names it", (_, changes, model, ofLine) => {
  const deployment = deploymentOf(changes);
  const { decision } = deployment;
  expect(decision.model).toEqual(model);
  expect(decision.flags?.slice(0, 2)).toEqual(["--served-model-name", "Qwen/Qwen2.5-0.5B-Instruct"]);
  expect(describeDeployment("chat", deployment)).toContain(`1 × Standard_NC24ads_A100_v4, ${ofLine}`);
});

function requirementsOf(changes: Tree) {
  const settings = settingsSchema.parse(withVllm(changes));
  const { size: _, ...own } = deploymentRequirements(settings["moor:endpoints"].chat!.deployments.main!, undefined);
  return own;
}

test.each<[string, Tree, object]>([
  ["a commit of the Hub", {}, { "vllm.revision": revision, "vllm.source": "hub" }],
  ["a model of the workspace", tuned, { "vllm.source": "workspace", "vllm.registeredModel": "chat-tuned:3" }],
  ["a model of a registry", catalogue, { "vllm.source": "catalogue", "vllm.registeredModel": registry }],
  ["remote code", { remoteCode: "omit" }, { "vllm.revision": revision, "vllm.source": "hub", "vllm.remoteCode": "omit" }],
  ["the default for remote code", { remoteCode: "refuse" }, { "vllm.revision": revision, "vllm.source": "hub" }],
])("the requirements contain %s", (_, changes, own) => {
  expect(requirementsOf(changes)).toEqual({
    "vllm.model": "Qwen/Qwen2.5-0.5B-Instruct",
    "vllm.context": 8192,
    "vllm.concurrencyPerInstance": 8,
    "vllm.servedName": "Qwen/Qwen2.5-0.5B-Instruct",
    ...own,
  });
});

function licensesOf(licenses: unknown) {
  const { settings, errors } = checkSettings(
    rawStack({ ...withVllm({}), ...(licenses === undefined ? {} : { "moor:licenses": licenses }) }),
  );
  return settings === undefined ? errors.map(({ code, path, problem }) => [code, path, problem]) : settings["moor:licenses"];
}

test.each<[string, unknown, readonly unknown[] | undefined]>([
  ["no list, which means the open ones", undefined, undefined],
  ["a list", ["llama3.1", "openrail++"], ["llama3.1", "openrail++"]],
  ["an empty list", [], [["MOOR006", "moor:licenses", "The value [] has an invalid format."]]],
  ["text", "mit", [["MOOR003", "moor:licenses", 'The value "mit" is text.']]],
  ["a name", ["Apache License 2.0"], [["MOOR006", "moor:licenses.0", 'The value "Apache License 2.0" has an invalid format.']]],
])("`moor:licenses` can be %s", (_, licenses, expected) => {
  expect(licensesOf(licenses)).toEqual(expected);
});

test("the default licenses are open and listed once, in alphabetical order", () => {
  expect(openLicenses).toEqual([...new Set(openLicenses)].sort());
  for (const open of ["apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0"]) expect(openLicenses).toContain(open);
  for (const restricted of ["other", "openrail", "llama3.1", "gemma", "cc-by-nc-4.0", "cc-by-nd-4.0"]) {
    expect(openLicenses).not.toContain(restricted);
  }
});

test("a preview says that a list of licenses has no effect without staged weights", () => {
  const checked = checkStack(rawStack({ ...withVllm({}), "moor:licenses": ["mit"] }));
  expect("spec" in checked && checked.spec.notes).toContain("`moor:licenses` is ignored, because no deployment has `source: mirror`.");
});
