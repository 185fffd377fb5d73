// Does not prove that vLLM fails in these ways on a GPU: the texts are from the source of vLLM 0.31.0 and its libraries, and from public logs.
import { spawnSync } from "node:child_process";
import * as path from "node:path";

const folder = path.join(__dirname, "../../../docker/vllm");
const core = "(EngineCore pid=143) ERROR 10-07 09:12:04 [core.py:1402] ";
const worker = "(Worker_TP1 pid=211) ERROR 10-07 09:12:04 [multiproc_executor.py:871] ";
const api = "(APIServer pid=1) ";
const consequence = [
  "(APIServer pid=1)   raise RuntimeError(",
  "(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore_0': 1}",
];

/** Runs the supervisor with a server that writes these lines and ends. */
function start(lines: readonly string[], code = 1) {
  const server = 'printf "%s\\n" "$LOG"; exit "$CODE"';
  const env = { PATH: process.env.PATH!, LOG: lines.join("\n"), CODE: String(code) };
  const command = ["-B", path.join(folder, "supervise.py"), "sh", "-c", server];
  const { status, stdout, stderr } = spawnSync("python3", command, { env, encoding: "utf8" });
  return { status, stdout, stderr };
}

const shm =
  "The shared memory in /dev/shm is too small for several GPUs. Use a VM size whose single GPU fits the model, so that " +
  "--tensor-parallel-size is 1, or start the container with a larger --shm-size where that is possible.";
const kvCache =
  "The GPU has too little memory for the KV cache. Decrease the context (--max-model-len) or --max-num-seqs, use a quantized model, " +
  "or use a VM size with more GPU memory.";
const gpuMemory =
  "The GPU ran out of memory. Decrease --max-num-seqs, --max-num-batched-tokens or the context (--max-model-len), " +
  "use a quantized model, or use a VM size with more GPU memory.";
const ram = "The virtual machine ran out of main memory while the model was loaded. Use a VM size with more RAM.";
const driver =
  "The host's NVIDIA driver is too old for the image's CUDA version. Use an image with an older CUDA version (this image has 12.9), " +
  "or set VLLM_ENABLE_CUDA_COMPATIBILITY=1 on data center GPUs.";
const noGpu = "No NVIDIA GPU is visible. Use a VM size with a GPU, and check in the log whether nvidia-smi lists it.";
const capability =
  "The GPU's compute capability is too low for the image or for the model's quantization. Use a VM size with a newer GPU, " +
  "or a model without this quantization.";
const refused =
  "The Hugging Face Hub refuses access to the model. Request access on the model's page, and set HF_TOKEN to a token of that account.";
const missing =
  "The model or its revision doesn't exist on the Hugging Face Hub, or it is private or gated and HF_TOKEN is missing or not valid. " +
  "Check the model ID, the revision and HF_TOKEN.";
const unreachable =
  "The Hugging Face Hub can't be reached or refuses more requests. Stage the weights (`source: mirror`), " +
  "or allow huggingface.co and its hosts in the network.";
const corrupt =
  "A file of the model is missing or corrupt. Register the complete folder of the snapshot again and compare its SHA-256 hashes.";
const disk =
  "The disk is full. Use a VM size with a larger disk, mount the model instead of downloading it, " +
  "or set MOOR_CACHE_DIR to a larger disk.";
const code = "The model requires its own Python code (--trust-remote-code). Use a model without own code, or review the code and allow it.";
const invalidFlag = "A flag in VLLM_ARGS (`flags` in the stack file) is not valid for this vLLM version. The line above names it.";

const failures: readonly (readonly [name: string, log: string | readonly string[], sentence: string, code?: number])[] = [
  [
    "shared memory before allocation",
    `${worker}RuntimeError: Insufficient space in /dev/shm for the message queue: 240 MiB required, 64 MiB free. Increase /dev/shm (e.g. --shm-size or --ipc=host).`,
    shm,
  ],
  [
    "shared memory, as NCCL reports it",
    "misc/shmutils.cc:87 NCCL WARN Error while creating shared memory segment /dev/shm/nccl-Yx (size 33030528)",
    shm,
  ],
  [
    "shared memory that is full when it is used (SIGBUS)",
    "(EngineCore pid=143) ERROR 10-07 09:12:04 [multiproc_executor.py:315] Worker proc VllmWorker-1 died unexpectedly (exit code: -7), shutting down executor.",
    shm,
  ],
  ["shared memory without space for a file", `${core}OSError: [Errno 28] No space left on device: '/dev/shm/psm_1c2d'`, shm],
  [
    "a KV cache smaller than one request",
    `${core}ValueError: To serve at least one request with the models's max seq len (131072), (16.0 GiB KV cache is needed, which is larger than the available KV cache memory (5.9 GiB). Based on the available memory, the estimated maximum model length is 48320. Try increasing \`gpu_memory_utilization\``,
    kvCache,
  ],
  [
    "no memory for a KV cache",
    `${core}ValueError: No available memory for the cache blocks. Try increasing \`gpu_memory_utilization\` when initializing the engine`,
    kvCache,
  ],
  [
    "GPU memory that another process uses",
    `${core}ValueError: Free memory on device cuda:0 (3.25/23.43 GiB) on startup is less than desired GPU memory utilization (0.92, 21.56 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.`,
    "Too little GPU memory is free for --gpu-memory-utilization. Decrease the flag, or use a VM size whose GPU isn't shared.",
  ],
  [
    "GPU memory while the weights are loaded",
    `${core}torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 270.00 MiB. GPU 0 has a total capacity of 14.56 GiB of which 152.81 MiB is free.`,
    gpuMemory,
  ],
  [
    "GPU memory, as NCCL reports it",
    `${worker}torch.distributed.DistBackendError: NCCL error: unhandled cuda error. Last error: Cuda failure 2 'out of memory'`,
    gpuMemory,
  ],
  [
    "GPU memory in the warm-up of the sampler",
    `${core}RuntimeError: CUDA out of memory occurred when warming up sampler with 1024 dummy requests. Please try lowering \`max_num_seqs\``,
    gpuMemory,
  ],
  [
    "RAM: the kernel ends the engine",
    `${api}RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore_0': -9}`,
    ram,
  ],
  [
    "RAM: the kernel ends a worker",
    "(EngineCore pid=143) ERROR 10-07 09:12:04 [multiproc_executor.py:315] Worker proc VllmWorker-0 died unexpectedly (exit code: -9), shutting down executor.",
    ram,
  ],
  [
    "an old driver",
    `${core}RuntimeError: The NVIDIA driver on your system is too old (found version 12020). Please update your GPU driver by downloading and installing a new version`,
    driver,
  ],
  [
    "a driver that forward compatibility doesn't support",
    `${core}RuntimeError: Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might have already set an error? Error 804: forward compatibility was attempted on non supported HW`,
    driver,
  ],
  [
    "no GPU, as vLLM reports it",
    "RuntimeError: Failed to infer device type, please set the environment variable `VLLM_LOGGING_LEVEL=DEBUG` to turn on verbose logging to help debug the issue.",
    noGpu,
  ],
  ["no GPU, as torch reports it", `${core}RuntimeError: No CUDA GPUs are available`, noGpu],
  [
    "fewer GPUs than the tensor parallelism",
    `${api}  Value error, World size (2) is larger than the number of available GPUs (1) in this node. If this is intentional and you are using:`,
    "The virtual machine has fewer GPUs than --tensor-parallel-size. Decrease the flag, or use a VM size with more GPUs.",
  ],
  [
    "a GPU that the image has no code for",
    `${core}torch.AcceleratorError: CUDA error: no kernel image is available for execution on the device`,
    capability,
  ],
  [
    "a quantization that the GPU doesn't support",
    `${api}  Value error, The quantization method fp8 is not supported for the current GPU. Minimum capability: 75. Current capability: 70.`,
    capability,
  ],
  [
    "bfloat16 on a T4",
    `${core}ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5. You can use float16 instead by explicitly setting the \`dtype\` flag in CLI, for example: --dtype=half.`,
    "The GPU doesn't support bfloat16. Set --dtype to half, or use a VM size with a newer GPU.",
  ],
  [
    "an architecture that vLLM doesn't know",
    `${api}  Value error, Model architectures ['Qwen9ForCausalLM'] are not supported for now. Supported architectures: dict_keys(['AfmoeForCausalLM', ${"'LlamaForCausalLM', ".repeat(600)}])`,
    "This vLLM version doesn't support the model architecture ['Qwen9ForCausalLM']. Use an image with a newer vLLM, " +
      "or a model of a supported architecture.",
  ],
  [
    "a model type that transformers doesn't know",
    `${api}  Value error, The checkpoint you are trying to load has model type \`qwen9\` but Transformers does not recognize this architecture. This could be because of an issue with the checkpoint, or because your version of Transformers is out of date.`,
    "The image's transformers version doesn't know the model type qwen9. Use an image with a newer vLLM.",
  ],
  [
    "a model with its own code",
    `${api}ValueError: The repository a/b contains custom code which must be executed to correctly load the model. You can inspect the repository content at https://hf.co/a/b.`,
    code,
  ],
  [
    "a gated model without access (403)",
    [
      `${api}huggingface_hub.errors.GatedRepoError: 403 Client Error. (Request ID: Root=1-68;x)`,
      `${api}Cannot access gated repo for url https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct/resolve/main/config.json.`,
      `${api}OSError: You are trying to access a gated repo.`,
    ],
    refused,
  ],
  [
    "a gated model without a token (401)",
    `${api}huggingface_hub.errors.RepositoryNotFoundError: 401 Client Error. (Request ID: Root=1-68;x)`,
    missing,
  ],
  [
    "a model that doesn't exist (404)",
    [
      `${api}httpx.HTTPStatusError: Client error '404 Not Found' for url 'https://huggingface.co/api/models/no/model'`,
      `${api}huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error. (Request ID: Root=1-68;x)`,
      `${api}OSError: no/model is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'`,
    ],
    missing,
  ],
  [
    "a network without a route to the Hub",
    `${api}OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.`,
    unreachable,
  ],
  [
    "too many requests to the Hub",
    `${api}huggingface_hub.errors.HfHubHTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/a/b`,
    unreachable,
  ],
  [
    "a truncated weight file",
    `${core}safetensors_rust.SafetensorError: Error while deserializing header: incomplete metadata, file not fully covered`,
    corrupt,
  ],
  [
    "a missing weight file",
    `${core}FileNotFoundError: No such file or directory: "/var/azureml-app/azureml-models/qwen/1/model-00002-of-00004.safetensors"`,
    corrupt,
  ],
  [
    "a folder without weight files",
    `${core}RuntimeError: Cannot find any model weights with \`/var/azureml-app/azureml-models/qwen/1\``,
    corrupt,
  ],
  [
    "missing weights",
    `${core}ValueError: Following weights were not initialized from checkpoint: {'model.layers.31.mlp.down_proj.weight'}`,
    corrupt,
  ],
  [
    "a missing tokenizer",
    `${api}OSError: Can't load tokenizer for '/var/azureml-app/azureml-models/qwen/1'. If you were trying to load it from`,
    corrupt,
  ],
  ["a missing configuration", `${api}OSError: /models/qwen does not appear to have a file named config.json. Checkout`, corrupt],
  [
    "a corrupt config.json",
    `${api}OSError: It looks like the config file at '/models/qwen/config.json' is not a valid JSON file.`,
    corrupt,
  ],
  [
    "a full disk",
    `${core}OSError: [Errno 28] No space left on device: '/tmp/moor-cache/huggingface/hub/models--a--b/blobs/1.incomplete'`,
    disk,
  ],
  [
    "a full disk, as the Hub's client reports it",
    `${core}RuntimeError: Data processing error: CAS service error : IO Error: No space left on device (os error 28)`,
    disk,
  ],
  [
    "a folder that can't be written",
    `${core}OSError: [Errno 30] Read-only file system: '/home/vllm/.cache'`,
    "A file can't be written or read by user 2000. Set MOOR_CACHE_DIR and TMPDIR to writable folders, " +
      "and check the permissions of the mounted model.",
  ],
  [
    "a port in use",
    `${api}OSError: [Errno 98] Address already in use`,
    "The port is in use. Remove --port and the other port settings from VLLM_ARGS, and start only one server in the container.",
  ],
  [
    "an unknown flag",
    ["usage: vllm serve [model_tag] [options]", "vllm serve: error: unrecognized arguments: --swap-space 4"],
    "This vLLM version doesn't have the flag --swap-space. Remove it from VLLM_ARGS (`flags` in the stack file), or correct its name.",
    2,
  ],
  ["an invalid value of a flag", "vllm serve: error: argument --dtype: invalid choice: 'x' (choose from auto, half)", invalidFlag, 2],
  ["an argument without a flag", "vllm serve: error: unrecognized arguments: 4", invalidFlag, 2],
  [
    "attention heads and tensor parallelism",
    `${api}  Value error, Total number of attention heads (40) must be divisible by tensor parallel size (16).`,
    "The model's attention heads can't be divided by --tensor-parallel-size. Use a divisor of their number.",
  ],
  [
    "a context longer than the model's",
    `${api}  Value error, User-specified max_model_len (131072) is greater than the derived max_model_len (max_position_embeddings=40960.0 or model_max_length=None in model's config.json).`,
    "The context (--max-model-len) is longer than the model's maximum. Decrease it.",
  ],
  [
    "slow loading",
    `${api}TimeoutError: Timed out waiting for engine core processes to start. This is often caused by slow weight loading for large models. Waited 600s`,
    "The model was not loaded in time. Increase VLLM_ENGINE_READY_TIMEOUT_S, or use a VM size with faster storage.",
  ],
];

const cases = failures.map(([name, log, sentence, code = 1]) => ({ name, log, sentence, code }));

test.each(cases)("$name", ({ log, sentence, code }) => {
  const lines = [
    "(APIServer pid=1) INFO 10-07 09:11:40 [api_server.py:1805] vLLM API server version 0.31.0",
    ...(typeof log === "string" ? [log] : log),
    ...consequence,
  ];
  expect(start(lines, code)).toEqual({
    status: code,
    stdout: `${lines.join("\n")}\n`,
    stderr: `moor: vLLM did not start (exit code ${code}). ${sentence}\n`,
  });
});

test("each entry of the table is in the tests above", () => {
  const printed = spawnSync("python3", ["-B", "-c", "import failures, json; print(json.dumps([row[1] for row in failures.TABLE]))"], {
    cwd: folder,
    encoding: "utf8",
  });
  const sentences = JSON.parse(printed.stdout) as string[];
  const tested = failures.map(([, , sentence]) => sentence);
  const untested = sentences.filter((sentence) => {
    const [before, after] = sentence.split("{what}");
    return !tested.some((text) => text.startsWith(before!) && text.endsWith(after ?? ""));
  });
  expect(untested).toEqual([]);
});

test("the first cause counts, and a message of level INFO or WARNING is none", () => {
  const lines = [
    "(APIServer pid=1) WARNING 10-07 09:11:41 [repo_utils.py:336] Cannot connect to Hugging Face Hub: 404 Client Error.",
    "(EngineCore pid=143) (Worker pid=144) INFO 10-07 09:11:42 [x.py:1] Error handling: CUDA out of memory is retried",
    "NCCL ERROR Cuda failure 217 'peer access is not supported between these two devices'",
    `${core}torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 270.00 MiB.`,
    `${core}OSError: [Errno 98] Address already in use`,
  ];
  expect(start(lines).stderr).toBe(`moor: vLLM did not start (exit code 1). ${gpuMemory}\n`);
});

test("for an unknown cause, the line points to the first error", () => {
  expect(start([`${core}AssertionError: 42`, ...consequence], 3)).toMatchObject({
    status: 3,
    stderr: "moor: vLLM did not start (exit code 3), and the log shows no known cause. Read the first error above.\n",
  });
});
