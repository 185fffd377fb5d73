// Proves the options, output and errors of `npm run fit`. tests/planner proves the numbers.
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { addFit } from "../../../cli/fit/command";

// Nothing listens on this port, so the Hub can't be reached. tests/cli/fit/hub.test.ts proves the answers with a Hub.
process.env.HF_ENDPOINT = "http://127.0.0.1:9";
process.env.XDG_CACHE_HOME = fs.mkdtempSync(path.join(os.tmpdir(), "moor-fit-"));
afterAll(() => fs.rmSync(process.env.XDG_CACHE_HOME!, { recursive: true }));

const root = path.join(__dirname, "..", "..", "..");

/** The output of the verb, or its error message. */
async function fitCli(...args: string[]): Promise<{ printed: string; refused?: string; exitCode?: unknown }> {
  let printed = "";
  const exitCodeBefore = process.exitCode;
  process.exitCode = undefined;
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addFit(program);
  try {
    await program.parseAsync(["fit", ...args], { from: "user" });
    return { printed, exitCode: process.exitCode };
  } catch (error) {
    return { printed, refused: (error as Error).message };
  } finally {
    write.mockRestore();
    process.exitCode = exitCodeBefore;
  }
}
const json = async (...args: string[]) => JSON.parse((await fitCli(...args, "--json")).printed);

test("the JSON contains all documented fields", async () => {
  const result = await json("Qwen/Qwen2.5-7B-Instruct", "--context", "16k", "--concurrency", "32", "--region", "swedencentral");
  expect(result).toMatchObject({
    ...{ fits: true, size: "Standard_NC24ads_A100_v4", tensorParallelSize: 1, maxModelLen: 16384, usdPerHour: 4.775 },
    probes: { liveness: { initialDelay: 540 }, readiness: { initialDelay: 30 } },
    requestSettings: { requestTimeout: 120, maxConcurrentRequestsPerInstance: 32 },
  });
  const numbers = ["weightsGiBPerGpu", "activationGiB", "nonTorchGiB", "cudaGraphGiB", "kvGiBPerGpu", "kvTokens", "maxConcurrency"];
  for (const name of numbers) expect(typeof result[name]).toBe("number");
  expect(result.flags.slice(2, 6)).toEqual(["--tensor-parallel-size", "1", "--max-model-len", "16384"]);
  expect(result.reasons.length).toBeGreaterThan(3);
  expect(result.rejected[0]).toEqual({ size: expect.any(String), code: expect.stringMatching(/^MOOR1/), reason: expect.any(String) });
});

test("a GPU by numbers can be combined with all of vLLM's settings", async () => {
  const result = await json(
    ...["Qwen/Qwen3-32B", "--gpu-memory-gib", "79.18", "--compute-capability", "9.0", "--gpus", "2", "--tensor-parallel-size", "2"],
    ...["--gpu-memory-utilization", "0.9", "--max-model-len", "16000", "--max-num-seqs", "1024", "--max-num-batched-tokens", "8192"],
    ...["--checkpoint-gib", "61.18", "--vllm-version", "0.11.0"],
  );
  expect(result).toMatchObject({ fits: true, size: null, gpus: 2, tensorParallelSize: 2, maxModelLen: 16000, usdPerHour: null });
  expect(result.kvGiBPerGpu).toBeCloseTo(34.5, 1);
  expect(result.flags).toEqual(expect.arrayContaining(["--max-num-seqs", "1024", "--gpu-memory-utilization", "0.9"]));
});

test("the link between the GPUs determines the memory outside PyTorch", async () => {
  const gpu = ["--gpu-memory-gib", "79.18", "--compute-capability", "9", "--gpus", "2", "--tensor-parallel-size", "2"];
  const outside = async (...link: string[]) => (await json("Qwen/Qwen3-32B", "--context", "16k", ...gpu, ...link)).nonTorchGiB;
  expect([await outside(), await outside("--gpu-link", "nvlink"), await outside("--gpu-link", "pcie")]).toEqual([2.07, 2.07, 0.8]);
});

test("a model that doesn't fit results in an answer with its numbers, not in an error", async () => {
  const result = await json("openai/gpt-oss-120b", "--gpu-memory-gib", "79.18", "--compute-capability", "9", "--vllm-version", "0.11.0");
  expect(result).toMatchObject({ fits: false, size: null, refusal: { code: "MOOR108" } });
  expect(result.kvGiBPerGpu).toBeLessThan(0);
  expect((await fitCli("openai/gpt-oss-120b", "--size", "Standard_NC4as_T4_v3")).printed).toMatch(
    /Nothing fits\.\n {2}reasons\n {4}MOOR1\d\d: /,
  );
});

test("with weights from the Hub, the report names the firewall that Azure creates", async () => {
  const heading = "cost of source: hub";
  // 0.395 × 730, and 1.25 × 730
  expect((await fitCli("Qwen/Qwen3-8B", "--source", "hub")).printed).toContain(
    `${heading}\n    one firewall in the managed network of the workspace, for all deployments: 288.35 USD per month (Basic) or 912.50 (Standard)\n`,
  );
  expect((await fitCli("Qwen/Qwen3-8B")).printed).not.toContain(heading);
});

test("the exit code says whether the model fits, with and without --json, as the help states", async () => {
  const ask = async (...args: string[]) => [(await fitCli(...args)).exitCode, (await fitCli(...args, "--json")).exitCode];
  expect(await ask("Qwen/Qwen3-8B")).toEqual([0, 0]);
  expect(await ask("openai/gpt-oss-120b", "--size", "Standard_NC4as_T4_v3")).toEqual([1, 1]);
  expect(await ask("deepseek-ai/DeepSeek-V4-Flash")).toEqual([2, 2]);
  expect((await fitCli("a/b", "--json")).exitCode).toBe(3);
  expect((await fitCli("Qwen/Qwen3-8B", "--size", "x", "--json")).exitCode).toBe(3);
  const help = (await fitCli("--help")).printed;
  for (const line of ["  1  the model doesn't fit", "  2  not known:", "  3  no answer:"]) expect(help).toContain(line);
});

test("a model whose memory can't be computed is not known to fit or not", async () => {
  const named = ["deepseek-ai/DeepSeek-V4-Flash", "--context", "128k", "--kv-cache-dtype", "fp8"];
  const ownGpu = ["--gpu-memory-gib", "267.69", "--compute-capability", "10.3", "--vllm-version", "0.26.0"];
  for (const more of [[], ["--compare"], ["--size", "Standard_ND96isr_H100_v5"], ownGpu]) {
    const result = await json(...named, ...more);
    expect(result).toMatchObject({ verdict: "notKnown", fits: null, size: null, refusal: { code: "MOOR115" } });
    for (const row of result.compared ?? []) expect(row).toMatchObject({ verdict: "notKnown", fits: null });
    const { printed } = await fitCli(...named, ...more);
    expect(printed).toContain("Not known: The KV cache of deepseek-ai/DeepSeek-V4-Flash can't be computed");
    expect(printed).not.toMatch(/Nothing fits|None of the| no: /);
  }
});

test("a checkpoint in an unknown format is not known to fit or not", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-format-"));
  const config = {
    ...{ architectures: ["Qwen2ForCausalLM"], hidden_size: 3584, num_hidden_layers: 28, num_attention_heads: 28, vocab_size: 152_064 },
    ...{ max_position_embeddings: 32_768, quantization_config: { quant_method: "aqlm" } },
  };
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  try {
    const { printed, exitCode } = await fitCli(folder, "--json");
    expect(exitCode).toBe(2);
    expect(JSON.parse(printed)).toMatchObject({ verdict: "notKnown", fits: null, refusal: { code: "MOOR141" } });
    expect((await fitCli(folder)).refused).toMatch(/^Not known: MOOR141: The planner doesn't support the quantization "aqlm" of /);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test("a size that managed online endpoints don't support is named as such", async () => {
  const { printed } = await fitCli("Qwen/Qwen3-8B", "--size", "Standard_ND96isr_H200_v5");
  expect(printed).toContain("Standard_ND96isr_H200_v5 (8 × H200) exists in Azure, but managed online endpoints don't support it.");
  const { refusal } = await json("zai-org/GLM-5.2-FP8", "--context", "16k", "--concurrency", "4");
  expect(refusal.message).toContain(
    "Standard_ND96isr_H200_v5 (8 × H200) has enough memory, but managed online endpoints don't support it.",
  );
});

test("the settings of vLLM that have no value by default are planned with and become flags", async () => {
  const flags = async (...args: string[]) => (await json("meta-llama/Llama-3.1-8B-Instruct", "--context", "8k", ...args)).flags.join(" ");
  expect(await flags("--quantization", "fp8")).toContain("--quantization fp8");
  expect(await flags("--max-loras", "4", "--max-lora-rank", "40")).toContain("--enable-lora --max-loras 4 --max-lora-rank 64");
  expect(await flags("--spec-method", "eagle", "--spec-model", "a/head", "--spec-tokens", "3")).toContain(
    "--spec-method eagle --spec-model a/head --spec-tokens 3",
  );
  expect(await flags("--size", "Standard_NC48ads_A100_v4", "--pipeline-parallel-size", "2")).toContain(
    "--tensor-parallel-size 1 --max-model-len 8192",
  );
  expect(await flags("--block-size", "32", "--limit-mm-per-prompt", '{"image": 1}')).toContain(
    '--block-size 32 --limit-mm-per-prompt {"image":1}',
  );
});

test("a task that the model isn't made for is an error", async () => {
  const { exitCode, printed } = await fitCli("Qwen/Qwen3-8B", "--task", "embed", "--json");
  expect(exitCode).toBe(3);
  expect(JSON.parse(printed).error).toMatch(/^MOOR130: `task` is embed; Qwen\/Qwen3-8B .* generates text\./);
  expect((await fitCli("Qwen/Qwen3-8B", "--task", "sing")).refused).toBe("--task is sing; it must be one of chat, embed, rerank.");
});

test("a draft model with another vocabulary, and one that isn't in the table, are refused", async () => {
  const drafted = async (id: string) => await json("Qwen/Qwen2.5-7B-Instruct", "--spec-model", id, "--spec-tokens", "4");
  expect((await drafted("Qwen/Qwen3-0.6B")).refusal).toMatchObject({ code: "MOOR119", message: expect.stringContaining("vocabulary") });
  expect((await drafted("a/b")).error).toContain("the cache has no record of a/b");
});

test("a model of the table is found in any case", async () => {
  expect(await json("qwen/QWEN3-8b")).toEqual(await json("Qwen/Qwen3-8B"));
});

test("an 8-bit KV cache has about twice the capacity", async () => {
  const on = async (...args: string[]) =>
    (await json("Qwen/Qwen3-8B", "--size", "Standard_NC40ads_H100_v5", "--context", "16k", ...args)).maxConcurrency;
  expect((await on("--kv-dtype", "fp8")) / (await on())).toBeCloseTo(2, 1);
});

test("a config.json results in the same estimate as a name", async () => {
  const config = path.join(root, "tests", "cli", "lock", "own-7b");
  const own = await json(config, "--checkpoint-gib", "14.19", "--context", "16k");
  expect(own.kvGiBPerGpu).toBeCloseTo((await json("Qwen/Qwen2.5-7B-Instruct", "--context", "16k")).kvGiBPerGpu, 3);
  expect((await json(path.join(config, "config.json"), "--context", "16k")).fits).toBe(true);
});

test("the text output contains the sizes that fit, one recommendation and the reasons", async () => {
  const { printed } = await fitCli("Qwen/Qwen3-8B", "--context", "16k", "--concurrency", "16", "--region", "swedencentral");
  const lines = printed.split("\n");
  expect(lines[0]).toContain("16,384 tokens of context, 16 concurrent requests per instance, swedencentral");
  expect(lines[2]).toMatch(/^ +size +GPUs +TP +USD\/hour +KV GiB\/GPU +requests$/);
  expect(lines[3]).toMatch(/^→ +Standard_NC24ads_A100_v4 +1 × A100-80GB-PCIe +1 +4\.78 +\d+\.\d +\d+\.\d +fits$/);
  expect(printed.match(/Recommendation: /g)).toHaveLength(1);
  for (const part of [
    "vllm serve\n    --served-model-name",
    "liveness 540 s",
    "maxConcurrentRequestsPerInstance 16",
    "clients\n    max_tokens",
  ]) {
    expect(printed).toContain(part);
  }
});

test("the answer names price, limit, runner-up, a cheaper checkpoint and the next cheaper size, in text and JSON", async () => {
  const question = ["Qwen/Qwen3-14B", "--context", "4k", "--concurrency", "1", "--region", "swedencentral"];
  const lines = (await fitCli(...question)).printed.split("\n");
  const from = lines.indexOf("  answer");
  expect(lines.slice(from + 1, from + 8).map((line) => line.trim().replace(/:.*/, ""))).toEqual([
    ...["price", "limit", "runner-up", "lowest price per token", "cheaper checkpoint", "next cheaper size"],
    "memory of each GPU, GiB",
  ]);
  expect(lines[from + 5]).toBe(
    "    cheaper checkpoint: Qwen/Qwen3-14B-AWQ (awq) fits Standard_NC4as_T4_v3 at 0.56 USD per hour, 12% of the price; compare its answers before you use it",
  );
  expect(await json(...question)).toMatchObject({
    answer: { best: { size: "Standard_NC64as_T4_v3", limit: { by: "memory" } }, runnerUp: { size: "Standard_NC24ads_A100_v4" } },
    cheaperCheckpoint: { id: "Qwen/Qwen3-14B-AWQ", size: "Standard_NC4as_T4_v3" },
  });
  expect(await json("Qwen/Qwen3-14B", "--size", "Standard_NC4as_T4_v3", "--context", "4k")).toMatchObject({
    ...{ fits: false, answer: null, cheaperCheckpoint: { id: "Qwen/Qwen3-14B-AWQ", priceRatio: null } },
  });
});

test("for a load that no GPU can hold, no size fits", async () => {
  const { printed } = await fitCli("Qwen/Qwen3-8B", "--context", "8k", "--concurrency", "5000", "--region", "swedencentral");
  expect(printed).not.toMatch(/ fits$/m);
  expect(printed).toContain("\n  None of the 14 GPU sizes fits; --compare lists the reasons.\n");
  expect(printed).not.toContain("more GPU sizes");
  expect(printed).toContain("Nothing fits.\n  reasons\n    MOOR118: ");
});

test("--compare lists all GPU sizes with the reasons, and counts the other sizes", async () => {
  const { printed } = await fitCli("Qwen/Qwen3-8B", "--context", "16k", "--concurrency", "16", "--region", "swedencentral", "--compare");
  expect(printed).toMatch(/Standard_NV36ads_A10_v5 .* no: MOOR110 On Standard_NV36ads_A10_v5/);
  expect(printed).toMatch(/ \d+ more sizes were not evaluated: .*\d+ for MOOR101 /);
  const { compared } = await json("Qwen/Qwen3-8B", "--compare");
  expect(compared.length).toBeGreaterThan(10);
  expect(compared.every(({ fits, code }: { fits: boolean; code?: string }) => fits === (code === undefined))).toBe(true);
});

test.each<[string[], RegExp]>([
  [
    ["acme/unknown-7b"],
    /^http:\/\/127\.0\.0\.1:9 can't be reached \(ECONNREFUSED\), and the cache has no record of acme\/unknown-7b: run `curl -L -o config\.json http:\/\/127\.0\.0\.1:9\/acme\/unknown-7b\/resolve\/main\/config\.json` on a machine with a connection, and specify the path of config\.json instead of the ID, with `--checkpoint-gib` for the size of the weight files\.$/,
  ],
  [["Qwen/Qwen3-8-B"], /Models with a similar ID that need no connection: Qwen\/Qwen3-8B/],
  [["acme/unknown 7b"], /^"acme\/unknown 7b" is not a model ID\. Allowed: <organization>\/<name>/],
  [["acme/unknown-7b", "--revision", "v1"], /^--revision is v1; it must be a commit of 40 hexadecimal digits\.$/],
  [["./nowhere/config.json"], /^There is no file or folder \.\/nowhere\/config\.json\. Specify/],
  [[__filename], /is not valid JSON|doesn't exist/],
  [["Qwen/Qwen3-8B", "--context", "sixteen"], /^--context is sixteen; it must be a number of tokens/],
  [["Qwen/Qwen3-8B", "--context", "0"], /^--context is 0;/],
  [["Qwen/Qwen3-8B", "--concurrency", "1.5"], /^--concurrency is 1\.5; it must be a whole number/],
  [
    ["Qwen/Qwen3-8B", "--context", "8k", "--max-model-len", "16k"],
    /^--context is 8192 and --max-model-len is 16384, but both options set the same value/,
  ],
  [
    ["Qwen/Qwen3-8B", "--region", "atlantis"],
    /^--region is atlantis; Azure lists no prices for GPU sizes in this region\. Regions with prices: .*, swedencentral, .*, westus3\.$/,
  ],
  [["Qwen/Qwen3-8B", "--region", "europe"], / Similar regions: westeurope, northeurope\.$/],
  [[""], /^The model is empty\. Specify a Hugging Face ID/],
  [
    ["Qwen/Qwen3-8B", "--size", "standard_nc24ads_a100_v4"],
    /^--size is standard_nc24ads_a100_v4; managed online endpoints don't support a size with exactly this name\. Similar sizes: Standard_NC24ads_A100_v4, /,
  ],
  [["Qwen/Qwen3-8B", "--size", "gigantic"], / --compare lists all sizes with a GPU\.$/],
  [["Qwen/Qwen3-8B", "--kv-dtype", "fp9"], /^--kv-dtype is fp9; it must be a format .*: auto, bfloat16, .*, fp8_e4m3, .*, nvfp4\.$/],
  [
    ["Qwen/Qwen3-8B", "--context", "16000k"],
    /^--context is 16384000 tokens; it must be at most 40960, the maximum context of Qwen\/Qwen3-8B\.$/,
  ],
  [["Qwen/Qwen3-8B", "--max-model-len", "40961"], /^--max-model-len is 40961 tokens; it must be at most 40960/],
  [
    ["Qwen/Qwen3-8B", "--gpu-memory-gib", "79", "--gpus", "2", "--tensor-parallel-size", "4"],
    /^--tensor-parallel-size is 4; .*\. --gpus is 2\.$/,
  ],
  [
    ["Qwen/Qwen3-8B", "--size", "Standard_NC48ads_A100_v4", "--tensor-parallel-size", "4"],
    /^--tensor-parallel-size is 4; .*\. Standard_NC48ads_A100_v4 has 2\.$/,
  ],
  [["Qwen/Qwen3-8B", "--gpu-memory-gib", "-3"], /^--gpu-memory-gib is -3; it must be a number from 0\.001/],
  [["Qwen/Qwen3-8B", "--gpus", "2"], /^--gpus requires --gpu-memory-gib/],
  [["Qwen/Qwen3-8B", "--gpu-link", "pcie"], /^--gpu-link requires --gpu-memory-gib/],
  [["Qwen/Qwen3-8B", "--gpu-memory-gib", "79", "--gpu-link", "usb"], /^--gpu-link is usb; it must be nvlink or pcie\.$/],
  [["Qwen/Qwen3-8B", "--gpu-memory-utilization", "92"], /^--gpu-memory-utilization is 92; it must be a number from 0\.001 to 1\.$/],
  [["Qwen/Qwen3-8B", "--vllm-version", "latest"], /^--vllm-version is latest; it must be a version such as/],
  [["Qwen/Qwen3-8B", "--source", "usb"], /^--source is usb; it must be mirror/],
])("%j is an error in one line", async (args, message) => {
  const { printed, refused } = await fitCli(...args);
  expect(printed).toBe("");
  expect(refused).toMatch(message);
  expect(refused).not.toContain("\n");
});

test("from the shell: one JSON document on stdout, or one line on stderr and exit code 3", async () => {
  const run = (...args: string[]) => promisify(execFile)(process.execPath, ["cli/run.js", "fit", ...args], { cwd: root });
  const { stdout } = await run("Qwen/Qwen3-8B", "--json");
  expect(JSON.parse(stdout).fits).toBe(true);
  await expect(run("acme/none")).rejects.toMatchObject({
    code: 3,
    stdout: "",
    stderr: expect.stringMatching(/^http.* can't be reached .* acme\/none: run `curl .*\n$/),
  });
});

test.each([
  ["--gpus", "999999999", "from 1 to 1,024"],
  ["--tensor-parallel-size", "1025", "from 1 to 1,024"],
  ["--concurrency", "1000001", "from 1 to 1,000,000"],
  ["--max-num-seqs", "9".repeat(200), "from 1 to 1,000,000"],
  ["--context", "9999999M", "from 1 to 1,000,000,000"],
  ["--max-num-batched-tokens", "0", "from 1 to 1,000,000,000"],
  ["--gpu-memory-gib", "1e308", "from 0.001 to 100,000"],
  ["--gpu-memory-gib", "1e-308", "from 0.001 to 100,000"],
  ["--checkpoint-gib", "1e308", "from 0.001 to 1,000,000"],
  ["--vllm-version", `${"9".repeat(300)}.1`, "a version such as 0.31.0"],
])("%s %s is an error with its limits", async (option, value, bound) => {
  const gpu = option === "--gpus" ? ["--gpu-memory-gib", "79"] : [];
  expect((await fitCli("Qwen/Qwen2.5-7B-Instruct", ...gpu, option, value)).refused).toContain(bound);
});

test.each([
  [["none/such"], "the cache has no record of none/such"],
  [["Qwen/Qwen2.5-7B-Instruct", "--gpus", "0"], "--gpus is 0"],
  [["./none.json"], "There is no file or folder ./none.json"],
])("with --json the error of %j is JSON, and the exit code 3", async (args, message) => {
  const { printed, exitCode } = await fitCli(...args, "--json");
  expect(JSON.parse(printed)).toEqual({ error: expect.stringContaining(message) });
  expect(exitCode).toBe(3);
});
