// Proves the options, output and errors of `npm run fit`. tests/planner proves the numbers.
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { addFit } from "../../../cli/fit/command";

const root = path.join(__dirname, "..", "..", "..");

/** The output of the verb, or its error message. */
function fitCli(...args: string[]): { printed: string; refused?: string; exitCode?: unknown } {
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
    program.parse(["fit", ...args], { from: "user" });
    return { printed, exitCode: process.exitCode };
  } catch (error) {
    return { printed, refused: (error as Error).message };
  } finally {
    write.mockRestore();
    process.exitCode = exitCodeBefore;
  }
}
const json = (...args: string[]) => JSON.parse(fitCli(...args, "--json").printed);

test("the JSON contains all documented fields", () => {
  const result = json("Qwen/Qwen2.5-7B-Instruct", "--context", "16k", "--concurrency", "32", "--region", "swedencentral");
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

test("a GPU by numbers can be combined with all of vLLM's settings", () => {
  const result = json(
    ...["Qwen/Qwen3-32B", "--gpu-memory-gib", "79.18", "--compute-capability", "9.0", "--gpus", "2", "--tensor-parallel-size", "2"],
    ...["--gpu-memory-utilization", "0.9", "--max-model-len", "16000", "--max-num-seqs", "1024", "--max-num-batched-tokens", "8192"],
    ...["--checkpoint-gib", "61.18", "--vllm-version", "0.11.0"],
  );
  expect(result).toMatchObject({ fits: true, size: null, gpus: 2, tensorParallelSize: 2, maxModelLen: 16000, usdPerHour: null });
  expect(result.kvGiBPerGpu).toBeCloseTo(34.5, 1);
  expect(result.flags).toEqual(expect.arrayContaining(["--max-num-seqs", "1024", "--gpu-memory-utilization", "0.9"]));
});

test("the link between the GPUs determines the memory outside PyTorch", () => {
  const gpu = ["--gpu-memory-gib", "79.18", "--compute-capability", "9", "--gpus", "2", "--tensor-parallel-size", "2"];
  const outside = (...link: string[]) => json("Qwen/Qwen3-32B", "--context", "16k", ...gpu, ...link).nonTorchGiB;
  expect([outside(), outside("--gpu-link", "nvlink"), outside("--gpu-link", "pcie")]).toEqual([2.07, 2.07, 0.8]);
});

test("a model that doesn't fit results in an answer with its numbers, not in an error", () => {
  const result = json("openai/gpt-oss-120b", "--gpu-memory-gib", "79.18", "--compute-capability", "9", "--vllm-version", "0.11.0");
  expect(result).toMatchObject({ fits: false, size: null, refusal: { code: "MOOR108" } });
  expect(result.kvGiBPerGpu).toBeLessThan(0);
  expect(fitCli("openai/gpt-oss-120b", "--size", "Standard_NC4as_T4_v3").printed).toMatch(/Nothing fits\.\n {2}reasons\n {4}MOOR1\d\d: /);
});

test("with weights from the Hub, the report names the firewall that Azure creates", () => {
  const heading = "cost of source: hub";
  // 0.395 × 730, and 1.25 × 730
  expect(fitCli("Qwen/Qwen3-8B", "--source", "hub").printed).toContain(
    `${heading}\n    one firewall in the managed network of the workspace, for all deployments: 288.35 USD per month (Basic) or 912.50 (Standard)\n`,
  );
  expect(fitCli("Qwen/Qwen3-8B").printed).not.toContain(heading);
});

test("if nothing fits, the exit code is 1 without --json and 0 with it, as the help states", () => {
  const question = ["openai/gpt-oss-120b", "--size", "Standard_NC4as_T4_v3"];
  expect(fitCli(...question).exitCode).toBe(1);
  expect(fitCli(...question, "--json").exitCode).toBeUndefined();
  expect(fitCli("Qwen/Qwen3-8B").exitCode).toBeUndefined();
  expect(fitCli("--help").printed).toContain(
    "Exit codes: 0 if the model fits; 1 if no size fits or an option is not valid.\nWith --json, the exit code is also 0 if the model doesn't fit",
  );
});

test("an 8-bit KV cache has about twice the capacity", () => {
  const on = (...args: string[]) => json("Qwen/Qwen3-8B", "--size", "Standard_NC40ads_H100_v5", "--context", "16k", ...args).maxConcurrency;
  expect(on("--kv-dtype", "fp8") / on()).toBeCloseTo(2, 1);
});

test("a config.json results in the same estimate as a name", () => {
  const config = path.join(root, "tests", "cli", "lock", "own-7b");
  const own = json(config, "--checkpoint-gib", "14.19", "--context", "16k");
  expect(own.kvGiBPerGpu).toBeCloseTo(json("Qwen/Qwen2.5-7B-Instruct", "--context", "16k").kvGiBPerGpu, 3);
  expect(json(path.join(config, "config.json"), "--context", "16k").fits).toBe(true);
});

test("the text output contains the sizes that fit, one recommendation and the reasons", () => {
  const { printed } = fitCli("Qwen/Qwen3-8B", "--context", "16k", "--concurrency", "16", "--region", "swedencentral");
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

test("for a model that no GPU can run, no size fits", () => {
  const { printed } = fitCli("deepseek-ai/DeepSeek-V4-Flash", "--context", "8k", "--region", "swedencentral");
  expect(printed).not.toMatch(/ fits$/m);
  expect(printed).toContain("\n  None of the 14 GPU sizes fits; --compare lists the reasons.\n");
  expect(printed).not.toContain("more GPU sizes");
  expect(printed).toContain("Nothing fits.\n  reasons\n    MOOR115: ");
});

test("--compare lists all GPU sizes with the reasons, and counts the other sizes", () => {
  const { printed } = fitCli("Qwen/Qwen3-8B", "--context", "16k", "--concurrency", "16", "--region", "swedencentral", "--compare");
  expect(printed).toMatch(/Standard_NV36ads_A10_v5 .* no: MOOR110 On Standard_NV36ads_A10_v5/);
  expect(printed).toMatch(/ \d+ more sizes were not evaluated: .*\d+ for MOOR101 /);
  const { compared } = json("Qwen/Qwen3-8B", "--compare");
  expect(compared.length).toBeGreaterThan(10);
  expect(compared.every(({ fits, code }: { fits: boolean; code?: string }) => fits === (code === undefined))).toBe(true);
});

test.each<[string[], RegExp]>([
  [
    ["acme/unknown-7b"],
    /^acme\/unknown-7b is not one of the \d+ models in the planner's table\..* For other models, specify the path of the config\.json/,
  ],
  [["Qwen/Qwen3-8b"], /Similar IDs: .*Qwen\/Qwen3-8B/],
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
])("%j is an error in one line", (args, message) => {
  const { printed, refused } = fitCli(...args);
  expect(printed).toBe("");
  expect(refused).toMatch(message);
  expect(refused).not.toContain("\n");
});

test("from the shell: one JSON document on stdout, or one line on stderr and exit code 1", async () => {
  const run = (...args: string[]) => promisify(execFile)(process.execPath, ["cli/run.js", "fit", ...args], { cwd: root });
  const { stdout } = await run("Qwen/Qwen3-8B", "--json");
  expect(JSON.parse(stdout).fits).toBe(true);
  await expect(run("acme/none")).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^acme\/none is not one of .*\n$/),
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
])("%s %s is an error with its limits", (option, value, bound) => {
  const gpu = option === "--gpus" ? ["--gpu-memory-gib", "79"] : [];
  expect(fitCli("Qwen/Qwen2.5-7B-Instruct", ...gpu, option, value).refused).toContain(bound);
});

test.each([
  [["none/such"], "none/such is not one of the"],
  [["Qwen/Qwen2.5-7B-Instruct", "--gpus", "0"], "--gpus is 0"],
  [["./none.json"], "There is no file or folder ./none.json"],
])("with --json the error of %j is JSON, and the exit code 1", (args, message) => {
  const { printed, exitCode } = fitCli(...args, "--json");
  expect(JSON.parse(printed)).toEqual({ error: expect.stringContaining(message) });
  expect(exitCode).toBe(1);
});
