"""Known causes of a failed start of vLLM: a pattern of the line that reports the cause, and one sentence with the remedy.

Each pattern is text of vLLM 0.31.0 or of the library that the comment above it names. A pattern matches a line whose level isn't INFO or
WARNING and that contains "error" in some form. The first line of the log that matches is the cause; later lines report its consequences.
"""

import re

# Sentences can contain {what}, which the pattern names.
TABLE = [
    # vllm/distributed/device_communicators/shm_broadcast.py; NCCL src/misc/shmutils.cc. Before other memory and disk errors.
    # A full /dev/shm also ends a worker by signal 7 (SIGBUS): vllm/v1/executor/multiproc_executor.py.
    (
        r"Insufficient space in /dev/shm|[Ee]rror while creating shared memory segment|No space left on device.*/dev/shm"
        r"|died unexpectedly \(exit code: -7\)|Bus error",
        "The shared memory in /dev/shm is too small for several GPUs. Use a VM size whose single GPU fits the model, so that "
        "--tensor-parallel-size is 1, or start the container with a larger --shm-size where that is possible.",
    ),
    # vllm/v1/core/kv_cache_utils.py
    (
        r"larger than the available KV cache memory|No available memory for the cache blocks"
        r"|maximum number of tokens that can be stored in KV cache",
        "The GPU has too little memory for the KV cache. Decrease the context (--max-model-len) or --max-num-seqs, "
        "use a quantized model, or use a VM size with more GPU memory.",
    ),
    # vllm/v1/worker/utils.py
    (
        r"less than desired GPU memory utilization",
        "Too little GPU memory is free for --gpu-memory-utilization. Decrease the flag, or use a VM size whose GPU isn't shared.",
    ),
    # torch: torch.OutOfMemoryError, c10/cuda/CUDACachingAllocator.cpp; vllm/v1/worker/gpu_model_runner.py (warming up)
    (
        r"CUDA out of memory|CUDA error: out of memory|Cuda failure (?:2 )?'out of memory'|CUBLAS_STATUS_ALLOC_FAILED",
        "The GPU ran out of memory. Decrease --max-num-seqs, --max-num-batched-tokens or the context (--max-model-len), "
        "use a quantized model, or use a VM size with more GPU memory.",
    ),
    # The kernel ends a process by signal 9 (SIGKILL): vllm/v1/engine/utils.py, vllm/v1/executor/multiproc_executor.py
    (
        r"Failed core proc\(s\): \{[^}]*: -9[,}]|died unexpectedly \(exit code: -9\)|DefaultCPUAllocator: can't allocate memory",
        "The virtual machine ran out of main memory while the model was loaded. Use a VM size with more RAM.",
    ),
    # torch: torch/csrc/utils/device_lazy_init.cpp, c10/cuda/CUDAFunctions.cpp (errors 803 and 804)
    (
        r"NVIDIA driver on your system is too old|CUDA driver version is insufficient|Error 80[34]:"
        r"|unsupported display driver|Driver/library version mismatch",
        "The host's NVIDIA driver is too old for the image's CUDA version. Use an image with an older CUDA version (this image has 12.9), "
        "or set VLLM_ENABLE_CUDA_COMPATIBILITY=1 on data center GPUs.",
    ),
    # vllm/config/device.py, vllm/config/parallel.py; torch: torch/cuda/__init__.py
    (
        r"larger than the number of available GPUs",
        "The virtual machine has fewer GPUs than --tensor-parallel-size. Decrease the flag, or use a VM size with more GPUs.",
    ),
    (
        r"Failed to infer device type|No CUDA GPUs are available|Found no NVIDIA driver|no CUDA-capable device is detected|NVMLError",
        "No NVIDIA GPU is visible. Use a VM size with a GPU, and check in the log whether nvidia-smi lists it.",
    ),
    # vllm/config/vllm.py and model_executor/layers/quantization/; torch: cudaErrorNoKernelImageForDevice
    (
        r"no kernel image is available|not supported for the current GPU|Minimum capability:",
        "The GPU's compute capability is too low for the image or for the model's quantization. "
        "Use a VM size with a newer GPU, or a model without this quantization.",
    ),
    # vllm/platforms/cuda.py
    (
        r"Bfloat16 is only supported on GPUs",
        "The GPU doesn't support bfloat16. Set --dtype to half, or use a VM size with a newer GPU.",
    ),
    # vllm/model_executor/models/registry.py
    (
        r"Model architectures (?P<what>\[[^\]]{1,200}\]) (?:are not supported|failed to be inspected)",
        "This vLLM version doesn't support the model architecture {what}. "
        "Use an image with a newer vLLM, or a model of a supported architecture.",
    ),
    # transformers/models/auto/configuration_auto.py
    (
        r"model type `(?P<what>[^`]{1,100})` but Transformers does not recognize",
        "The image's transformers version doesn't know the model type {what}. Use an image with a newer vLLM.",
    ),
    # transformers/dynamic_module_utils.py, vllm/transformers_utils/config.py
    (
        r"contains custom code which must be executed|consider setting `trust_remote_code=True`",
        "The model requires its own Python code (--trust-remote-code). Use a model without own code, or review the code and allow it.",
    ),
    # huggingface_hub/utils/_http.py (403 with X-Error-Code GatedRepo), transformers/utils/hub.py
    (
        r"GatedRepoError|gated repo|403 Client Error|Access to model \S{1,200} is restricted",
        "The Hugging Face Hub refuses access to the model. Request access on the model's page, "
        "and set HF_TOKEN to a token of that account.",
    ),
    # The same file: the Hub also answers 401 for repositories that don't exist.
    (
        r"RepositoryNotFoundError|RevisionNotFoundError|401 Client Error|404 Client Error|is not a valid model identifier",
        "The model or its revision doesn't exist on the Hugging Face Hub, or it is private or gated and HF_TOKEN is missing or not valid. "
        "Check the model ID, the revision and HF_TOKEN.",
    ),
    # huggingface_hub/errors.py, transformers/utils/hub.py
    (
        r"LocalEntryNotFoundError|couldn't connect to 'http|OfflineModeIsEnabled|ConnectError|429 Client Error",
        "The Hugging Face Hub can't be reached or refuses more requests. Stage the weights (`source: mirror`), "
        "or allow huggingface.co and its hosts in the network.",
    ),
    # safetensors: SafetensorError (src/tensor.rs); vllm/model_executor/model_loader/; transformers: configuration_utils.py, utils/hub.py
    (
        r"Error while deserializing header|SafetensorError|not a valid JSON file|Cannot find any model weights"
        r"|weights were not initialized from checkpoint|Invalid repository ID or local directory"
        r"|does not appear to have a file named|Can't load (?:tokenizer for|the configuration of|image processor for)"
        r"|(?:No such file or directory|FileNotFoundError):.{0,500}\.(?:safetensors|bin|json)",
        "A file of the model is missing or corrupt. Register the complete folder of the snapshot again and compare its SHA-256 hashes.",
    ),
    # Any library: OSError [Errno 28]; "os error 28" in Rust
    (
        r"No space left on device|os error 28|Not enough free disk space",
        "The disk is full. Use a VM size with a larger disk, mount the model instead of downloading it, "
        "or set MOOR_CACHE_DIR to a larger disk.",
    ),
    (
        r"Read-only file system|Permission denied",
        "A file can't be written or read by user 2000. Set MOOR_CACHE_DIR and TMPDIR to writable folders, "
        "and check the permissions of the mounted model.",
    ),
    # vllm/entrypoints/launchers/launcher.py
    (
        r"Address already in use|EADDRINUSE",
        "The port is in use. Remove --port and the other port settings from VLLM_ARGS, and start only one server in the container.",
    ),
    # Python's argparse, through vllm/utils/argparse_utils.py
    (
        r"error: unrecognized arguments:.{0,200}?(?P<what>--[A-Za-z0-9-]{1,100})",
        "This vLLM version doesn't have the flag {what}. Remove it from VLLM_ARGS (`flags` in the stack file), or correct its name.",
    ),
    (
        r"error: (?:argument|ambiguous option:|unrecognized arguments:)",
        "A flag in VLLM_ARGS (`flags` in the stack file) is not valid for this vLLM version. The line above names it.",
    ),
    # vllm/config/model.py
    (
        r"must be divisible by tensor parallel size",
        "The model's attention heads can't be divided by --tensor-parallel-size. Use a divisor of their number.",
    ),
    (
        r"greater than the derived max_model_len",
        "The context (--max-model-len) is longer than the model's maximum. Decrease it.",
    ),
    # vllm/v1/engine/core_client.py
    (
        r"Timed out waiting for engine",
        "The model was not loaded in time. Increase VLLM_ENGINE_READY_TIMEOUT_S, or use a VM size with faster storage.",
    ),
]

_causes = [(re.compile(pattern), sentence) for pattern, sentence in TABLE]
_any_error = re.compile("[Ee]rror|ERROR")
_harmless = re.compile(r"^(?:\([^)]{1,60}\) ){0,3}(?:INFO|WARNING|DEBUG)\b")


def cause(line):
    """Returns the sentence for a line of the log, or None if the line reports no known cause."""
    if not _any_error.search(line) or _harmless.match(line):
        return None
    for pattern, sentence in _causes:
        found = pattern.search(line)
        if found:
            return sentence.format(what=found["what"] if "what" in pattern.groupindex else "")
    return None
