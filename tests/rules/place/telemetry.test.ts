// Proves which settings of a container send data out. Doesn't prove what the code in an image sends: the managed network limits that.
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, resourceOf, types } from "./world";

const vllm = { VLLM_ARGS: '["--served-model-name","chat"]', VLLM_NO_USAGE_STATS: "1", DO_NOT_TRACK: "1", HF_HUB_OFFLINE: "1" };

function results(environmentVariables: Value): string[] {
  const deployment = resourceOf(`${types.workspace}/onlineEndpoints/deployments`, { properties: { environmentVariables } });
  return checksOf(deployment)
    .filter(({ property }) => property.startsWith("properties.environmentVariables"))
    .map(({ code, outcome, property }) => `${outcome} ${code} ${property.replace(/^properties\.environmentVariables\.?/, "")}`);
}

const clean = ["holds MOOR421 VLLM_NO_USAGE_STATS", "holds MOOR425 HF_HUB_OFFLINE"];

test("the variables of a deployment without receivers", () => {
  expect(results(vllm)).toEqual(clean);
  expect(results({ WORKER_COUNT: "4" })).toEqual([]);
  expect(results(undefined)).toEqual([]);
});

test.each<[string, Readonly<Record<string, Value>>, string]>([
  [
    "a receiver of traces",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.example.com:4317" },
    "violated MOOR421 OTEL_EXPORTER_OTLP_ENDPOINT",
  ],
  [
    "a receiver without a scheme",
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "otel.example.com:4317" },
    "violated MOOR421 OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  ],
  ["another Hub", { HF_ENDPOINT: "hub.example.com" }, "violated MOOR417 HF_ENDPOINT"],
  ["a proxy", { https_proxy: "proxy.example.com:3128" }, "violated MOOR421 https_proxy"],
  ["any URL", { MY_SETTING: "see https://example.com/x" }, "violated MOOR421 MY_SETTING"],
  [
    "a connection string",
    { X: "InstrumentationKey=planted;IngestionEndpoint=https://westeurope-1.in.applicationinsights.azure.com/" },
    "violated MOOR421 X",
  ],
  [
    "a connection string inside",
    { X: "InstrumentationKey=planted;IngestionEndpoint=https://swedencentral-0.in.applicationinsights.azure.com/" },
    "holds MOOR421 X",
  ],
  ["an experiment tracker", { WANDB_API_KEY: "planted" }, "violated MOOR421 WANDB_API_KEY"],
  ["the container itself", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4317" }, "holds MOOR421 OTEL_EXPORTER_OTLP_ENDPOINT"],
  ["an account inside", { X: "https://home.blob.core.windows.net/c?sig=planted" }, "holds MOOR421 X"],
  ["a secret of the stack's vault", { HF_TOKEN: "${{keyvault:https://home.vault.azure.net/secrets/hf/1}}" }, "holds MOOR421 HF_TOKEN"],
  ["a secret of another vault", { HF_TOKEN: "${{keyvault:https://away.vault.azure.net/secrets/hf/1}}" }, "violated MOOR421 HF_TOKEN"],
  ["an unknown value", { X: UNKNOWN }, "unknown MOOR421 X"],
  ["a secret value", { X: SECRET }, "unknown MOOR421 X"],
  ["an address of the network", { X: "http://10.1.2.3/" }, "unknown MOOR421 X"],
])("%s", (_, variables, expected) => {
  expect(results({ ...vllm, ...variables })).toEqual([expected, ...clean]);
  expect(results(variables)).toEqual([expected]);
});

test.each<[string, Readonly<Record<string, Value>>, string[]]>([
  ["usage statistics", { VLLM_NO_USAGE_STATS: "0" }, ["violated MOOR421 VLLM_NO_USAGE_STATS", clean[1]!]],
  ["usage statistics, switched off with a word", { VLLM_NO_USAGE_STATS: "true" }, ["violated MOOR421 VLLM_NO_USAGE_STATS", clean[1]!]],
  ["tracking", { DO_NOT_TRACK: "0" }, ["violated MOOR421 DO_NOT_TRACK", clean[1]!]],
  [
    "unknown statistics",
    { VLLM_NO_USAGE_STATS: UNKNOWN, DO_NOT_TRACK: UNKNOWN },
    ["unknown MOOR421 VLLM_NO_USAGE_STATS", "unknown MOOR421 DO_NOT_TRACK", "unknown MOOR421 VLLM_NO_USAGE_STATS", clean[1]!],
  ],
  ["the Hub", { HF_HUB_OFFLINE: "0" }, [clean[0]!, "violated MOOR425 HF_HUB_OFFLINE"]],
  ["the Hub, as a word", { HF_HUB_OFFLINE: "YES" }, clean],
  ["the Hub, by another switch", { TRANSFORMERS_OFFLINE: "false" }, [clean[0]!, "violated MOOR425 TRANSFORMERS_OFFLINE"]],
])("vLLM with %s", (_, variables, expected) => {
  expect(results({ ...vllm, ...variables })).toEqual(expected);
});

test("vLLM without any switch", () => {
  expect(results({ VLLM_ARGS: "[]" })).toEqual(["violated MOOR421 VLLM_NO_USAGE_STATS", "violated MOOR425 HF_HUB_OFFLINE"]);
});

test.each([
  '["--otlp-traces-endpoint","http://otel.example.com"]',
  '["--otlp_traces_endpoint=otel.example.com:4317"]',
  '["--kv-events-config","{}"]',
  "--served-model-name chat --kv-events-config={}",
])("flags with a receiver: %s", (VLLM_ARGS) => {
  const found = results({ ...vllm, VLLM_ARGS });
  expect(found.filter((one) => one === "violated MOOR421 VLLM_ARGS").length).toBeGreaterThan(0);
});

test.each<[Value, string[]]>([
  [UNKNOWN, ["unknown MOOR421 "]],
  [SECRET, ["unknown MOOR421 "]],
  ["A=1", ["violated MOOR421 "]],
  [["A=1"], ["violated MOOR421 "]],
])("variables of another form: %p", (variables, expected) => {
  expect(results(variables)).toEqual(expected);
});

test("no finding shows a value that can be a secret", () => {
  const deployment = resourceOf(`${types.workspace}/onlineEndpoints/deployments`, {
    properties: {
      environmentVariables: {
        A: "https://u:planted@example.com/planted?k=planted",
        WANDB_API_KEY: "planted",
        SENTRY_DSN: "planted@example.com/1",
      },
    },
  });
  const checks = checksOf(deployment).map(({ resource: _, ...check }) => check);
  expect(checks.filter(({ code }) => code === "MOOR421")).toHaveLength(3);
  expect(JSON.stringify(checks)).not.toContain("planted");
});
