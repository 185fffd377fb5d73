// Proves that the values in public samples of vLLM on Azure ML are rejected in a stack file: in one report, each value with a code, a path
// and a fix. tests/planner proves the inequalities.
import { checkStack } from "../../config/checkStack";
import type { ConfigError } from "../../config/errors";
import { goodSettings, rawStack, type Tree, vllmDeployment } from "./stacks";

const main = "moor:endpoints.chat.deployments.main";

/** A CPU size, a timeout of 10 s, 16 sequences and the latest image, as in samples. */
function sample(concurrencyPerInstance: number, change: (settings: Tree) => void = () => {}): readonly ConfigError[] {
  const settings = goodSettings();
  const deployment = vllmDeployment({ size: "Standard_D48a_v4", requestTimeout: 10 });
  const model = { model: "Qwen/Qwen2.5-7B-Instruct", context: "16k", concurrencyPerInstance, flags: { "max-num-seqs": 16 } };
  settings["moor:endpoints"].chat.deployments.main = { ...deployment, vllm: { ...deployment.vllm, ...model } };
  settings["moor:images"].vllm = "vllm/vllm-openai:latest";
  change(settings);
  const checked = checkStack(rawStack(settings));
  return "errors" in checked ? checked.errors : [];
}

const told = (errors: readonly ConfigError[]) => errors.map(({ code, path, problem, allowed }) => [code, path, problem, allowed]);

test("for 64 concurrent requests, each of its values is rejected separately", () => {
  const errors = sample(64);
  expect(told(errors)).toEqual([
    [
      "MOOR209",
      "moor:images.vllm",
      'The image "vllm/vllm-openai:latest" has no digest.',
      "an image as repository@sha256:<64 hexadecimal digits>, without the registry's host name, or a map with one of import, layer, build",
    ],
    ["MOOR032", `${main}.size`, "Standard_D48a_v4 has no GPU.", expect.stringContaining("Standard_NC24ads_A100_v4")],
    ["MOOR203", `${main}.vllm.flags.max-num-seqs`, "--max-num-seqs is 16; 64 concurrent requests are declared per instance.", "64 or more"],
    [
      "MOOR204",
      `${main}.requestTimeout`,
      expect.stringMatching(/^requestTimeout is 10 s; an answer of 1024 tokens takes up to \d+ s at a concurrency of 64\.$/),
      expect.stringMatching(/^\d+ to 180 s$/),
    ],
  ]);
  expect(new Set(errors.map(({ fix }) => fix)).size).toBe(errors.length);
});

test("its concurrency of 1 is rejected too: 16 sequences are impossible if Azure admits only 2 requests", () => {
  const found = sample(1).filter(({ path }) => path.endsWith("max-num-seqs"));
  expect(told(found)).toEqual([
    [
      "MOOR216",
      `${main}.vllm.flags.max-num-seqs`,
      "--max-num-seqs is 16; Azure admits 2 × 1 requests to an instance with a declared concurrency of 1, and rejects further requests with status 429.",
      "at most 2, or a higher declared concurrency",
    ],
  ]);
  expect(found[0]!.fix).toBe("Increase concurrencyPerInstance to the intended concurrency of an instance, or omit --max-num-seqs.");
  expect(sample(1).map(({ code }) => code)).toEqual(["MOOR209", "MOOR032", "MOOR204", "MOOR216"]);
});

test("for Azure's names, the report gives Moor's names", () => {
  const words = { instance_type: "X", maxConcurrentRequestsPerInstance: 1, request_timeout_ms: 10_000, liveness_probe: {}, wieght: 1 };
  const found = sample(64, (settings) => Object.assign(settings["moor:endpoints"].chat.deployments.main, words));
  expect(found.filter(({ code }) => code === "MOOR001").map(({ path, fix }) => [path.slice(main.length + 1), fix])).toEqual([
    ["instance_type", "Set `size`."],
    ["maxConcurrentRequestsPerInstance", "Set `concurrencyPerInstance` under `vllm` or `score`. Moor derives this value from it."],
    ["request_timeout_ms", "Set `requestTimeout`, in seconds."],
    ["liveness_probe", "Remove the key. Moor derives the probes from the startup time of the model."],
    ["wieght", 'Did you mean "weight"?'],
  ]);
});

test("settings that require a lock file are in the same report", () => {
  const found = sample(64, (settings) => Object.assign(settings["moor:endpoints"].chat.deployments.main.vllm, { source: "mirror" }));
  expect(found.map(({ code }) => code)).toEqual(["MOOR209", "MOOR032", "MOOR056", "MOOR203", "MOOR204"]);
});
