/** Proves names and hashes. Doesn't prove that Azure accepts the names; the pattern is from its documentation. */
import fc from "fast-check";
import type { DeploymentDecision, DeploymentRecipe, MirroredWeights, ModelDecision } from "../../planner/decision";
import {
  canonicalJson,
  deploymentNameLength,
  endpointNameLength,
  namePartPattern,
  physicalName,
  physicalNamePattern,
  recipeHash,
  weightsPath,
} from "../../planner/names";

const probe = { initialDelay: 600, period: 10, timeout: 10, failureThreshold: 6 };

const model: MirroredWeights = {
  ...{ id: "Qwen/Qwen3-8B", revision: "b968826d9c46dd6066d109eabc6255188de91218", source: "mirror", path: "models/x", staged: false },
};

const recipe: DeploymentRecipe = {
  pattern: "vllm",
  instanceType: "Standard_NC24ads_A100_v4",
  image: { repository: "moor/vllm", digest: `sha256:${"ab".repeat(32)}` },
  routes: { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" },
  model,
  tensorParallelSize: 1,
  flags: ["--max-model-len=16384"],
  environmentVariables: { HF_HUB_OFFLINE: "1" },
  probes: { liveness: probe, readiness: probe },
  requestSettings: { requestTimeout: 180, maxConcurrentRequestsPerInstance: 32 },
};

test("the hash of a recipe never changes, because it identifies running deployments", () => {
  expect(recipeHash(recipe)).toBe("4dc49f6a");
  expect(physicalName("main", recipe)).toBe("main-4dc49f6a");
});

test("name, scale rule, reasons and staging aren't part of the hash", () => {
  const decision: DeploymentDecision = {
    ...recipe,
    model: { ...model, staged: true },
    name: "main-00000000",
    scaleRule: { scaleOutAbove: 90, scaleInBelow: 38 },
    reasons: ["because"],
  };
  expect(recipeHash(decision)).toBe(recipeHash(recipe));
});

const changes: [string, Partial<DeploymentRecipe>][] = [
  ["pattern", { pattern: "score" }],
  ["size", { instanceType: "Standard_NC48ads_A100_v4" }],
  ["image", { image: { ...recipe.image, digest: `sha256:${"cd".repeat(32)}` } }],
  ["routes", { routes: { ...recipe.routes, scoring: "/v1" } }],
  ["revision", { model: { ...model, revision: "0".repeat(40) } }],
  ["path of the weights", { model: { ...model, path: "models/y" } }],
  ["list of staged files", { model: { ...model, staged: true, manifest: `sha256:${"ef".repeat(32)}` } }],
  ["source of the weights", { model: { id: model.id, revision: model.revision, source: "hub" } }],
  ["registered model", { registeredModel: { name: "fraud", version: "3" } }],
  ["tensor parallelism", { tensorParallelSize: 2 }],
  ["flags", { flags: ["--max-model-len=8192"] }],
  ["variables", { environmentVariables: {} }],
  ["probes", { probes: { ...recipe.probes, liveness: { ...probe, period: 20 } } }],
  ["request settings", { requestSettings: { ...recipe.requestSettings, requestTimeout: 120 } }],
];

test.each(changes)("a different %s results in a different hash", (_, change) => {
  expect(recipeHash({ ...recipe, ...change })).not.toBe(recipeHash(recipe));
});

test.each<[string, ModelDecision, ModelDecision]>([
  [
    "version of the workspace's model",
    { id: "a/b", source: "workspace", name: "tuned", version: "3" },
    { id: "a/b", source: "workspace", name: "tuned", version: "4" },
  ],
  [
    "registry",
    { id: "a/b", source: "catalogue", registry: "azureml", name: "Phi-4", version: "3" },
    { id: "a/b", source: "catalogue", registry: "azureml-meta", name: "Phi-4", version: "3" },
  ],
])("a different %s results in a different hash", (_, one, other) => {
  expect(recipeHash({ ...recipe, model: one })).not.toBe(recipeHash({ ...recipe, model: other }));
});

test("canonical JSON doesn't depend on the order of keys", () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, shuffled(item)]),
    );
  };
  fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(shuffled(value)) === canonicalJson(value)));
});

test("canonical JSON is JSON of the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("keys without a value are omitted, so absent and undefined are the same", () => {
  expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
});

test("a name of valid parts within the length is valid in Azure", () => {
  const part = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,10}$/).filter((text) => namePartPattern.test(text));
  fc.assert(
    fc.property(part, part, (key, stack) => {
      fc.pre(endpointNameLength(key, stack) <= 32 && deploymentNameLength(key) <= 32);
      const endpoint = `${key}-${stack}-a1b2c3`;
      expect(endpoint).toHaveLength(endpointNameLength(key, stack));
      expect(endpoint).toMatch(physicalNamePattern);
      expect(physicalName(key, recipe)).toHaveLength(deploymentNameLength(key));
      expect(physicalName(key, recipe)).toMatch(physicalNamePattern);
    }),
  );
});

test.each(["Main", "1st", "a_b", "a--b", "a-", "-a", ""])("%j can't be part of a name", (text) => {
  expect(text).not.toMatch(namePartPattern);
});

test("weights are staged by model and commit, and separately with Python files", () => {
  expect(weightsPath("Qwen/Qwen3-8B", "b968")).toBe("models/Qwen--Qwen3-8B/b968");
  expect(weightsPath("Qwen/Qwen3-8B", "b968", { withCode: true })).toBe("models/Qwen--Qwen3-8B/b968-code");
});
