// Proves which flags of `vllm serve` make a stand-in chat, embed or rerank, and which adapters it serves. Doesn't prove what vLLM serves with
// them: it also reads the model's configuration.
import { vllmAdapters, vllmTask } from "../../../azure-local/scoringProxy/task";

const variables = (...flags: string[]) => ({ VLLM_ARGS: JSON.stringify(flags) });
const overrides = (architecture: string) => `--hf-overrides={"architectures":["${architecture}"]}`;

test.each([
  ["chat", []],
  ["chat", ["--max-model-len", "4096"]],
  ["chat", ["--runner", "generate", "--convert", "embed"]],
  ["chat", ["--runner", "auto"]],
  ["embed", ["--runner", "pooling"]],
  ["embed", ["--runner=pooling"]],
  ["embed", ["--runner", "pooling", "--convert", "embed"]],
  ["embed", ["--runner", "pooling", "--convert", "none"]],
  ["embed", ["--convert", "embed"]],
  ["embed", ["--runner", "generate", "--runner", "pooling"]],
  ["rerank", ["--runner", "pooling", "--convert", "classify"]],
  ["rerank", ["--runner", "pooling", "--convert=classify"]],
  ["rerank", ["--runner", "pooling", overrides("Qwen3ForSequenceClassification")]],
  ["rerank", ["--runner", "pooling", overrides("Qwen3ForSequenceClassification").replace("hf-overrides", "hf_overrides")]],
  ["embed", ["--runner", "pooling", overrides("Qwen3Model")]],
  ["embed", ["--runner", "pooling", "--hf-overrides", "not JSON"]],
  ["chat", [overrides("Qwen3ForCausalLM")]],
])("the task is %s with the flags %j", (task, flags) => {
  expect(vllmTask(variables(...flags))).toBe(task);
});

test("without VLLM_ARGS, or with an unreadable one, the task is chat and there are no adapters", () => {
  const all: Record<string, string>[] = [{}, { VLLM_ARGS: "not JSON" }, { VLLM_ARGS: "{}" }];
  for (const unreadable of all) {
    expect([vllmTask(unreadable), vllmAdapters(unreadable)]).toEqual(["chat", []]);
  }
});

test.each([
  [
    ["--enable-lora", "--lora-modules", "sql=/m/sql", "py=/m/py", "--seed", "1"],
    ["sql /m/sql", "py /m/py"],
  ],
  [["--enable-lora", "--lora-modules", '{"name":"sql","path":"/m/a=b","base_model_name":"base"}'], ["sql /m/a=b"]],
  [["--enable-lora", "--lora-modules=sql=/m/sql"], ["sql /m/sql"]],
  [["--enable_lora", "--lora_modules", "sql=/m/sql"], ["sql /m/sql"]],
  [["--enable-lora", "--lora-modules", '{"name":"sql"}', "no path", "py=/m/py"], ["py /m/py"]],
  [["--lora-modules", "sql=/m/sql"], []],
  [["--enable-lora", "--lora-modules", "sql=/m/sql", "--no-enable-lora"], []],
  [["--no-enable-lora", "--enable-lora", "--lora-modules", "sql=/m/sql"], ["sql /m/sql"]],
  [["--enable-lora"], []],
])("the flags %j serve the adapters %j", (flags, adapters) => {
  expect(vllmAdapters(variables(...flags)).map(({ name, path }) => `${name} ${path}`)).toEqual(adapters);
});
