#!/usr/bin/env bash
# Starts `vllm serve` with the settings in the environment variables. README.md in this folder lists the variables and exit codes.
set -euo pipefail

say() { printf 'moor: %s\n' "$*"; }
fail() {
  local code=$1
  shift
  printf 'moor: %s\n' "$*" >&2
  exit "$code"
}
usage=64 no_input=66 cannot_create=73 bad_config=78

# Sets `args` from VLLM_ARGS. Python decodes the list and separates the arguments by zero bytes, so the shell doesn't split or expand them.
read_args() {
  local decoder='
import json, os, sys
try:
    args = json.loads(os.environ.get("VLLM_ARGS") or "[]")
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise ValueError("it is not a list of strings")
    if any("\0" in arg for arg in args):
        raise ValueError("an argument contains a zero byte")
    encoded = "".join(arg + "\0" for arg in args).encode("utf-8")
except ValueError as error:
    hint = "Use a JSON list of strings, such as [\"--max-model-len\", \"16384\"]"
    sys.exit(f"moor: VLLM_ARGS is not valid: {error}. {hint}.")
sys.stdout.buffer.write(encoded)
'
  mapfile -d '' -t args < <(python3 -c "$decoder")
  wait $! || exit "$usage"
}

# Rejects arguments that this script sets, and arguments that would put a secret on the command line.
check_args() {
  [[ ${args[0]:--} == -* ]] || fail "$usage" "VLLM_ARGS starts with ${args[0]}, which is not a flag. To set the model, use MOOR_MODEL or mount a model."
  local arg name
  for arg in "${args[@]}"; do
    name=${arg%%=*}
    case ${name//_/-} in
    --model) fail "$usage" "VLLM_ARGS contains $name. Set MOOR_MODEL or mount a model instead." ;;
    --api-key) fail "$usage" "VLLM_ARGS contains $name. Remove it: the Authorization header contains the endpoint's key." ;;
    --hf-token) fail "$usage" "VLLM_ARGS contains $name. Set HF_TOKEN as a Key Vault reference instead." ;;
    --config) fail "$usage" "VLLM_ARGS contains $name. A file could set arguments that are not allowed, so add its arguments to VLLM_ARGS instead." ;;
    esac
  done
}

has_arg() {
  local arg name
  for arg in "${args[@]}"; do
    name=${arg%%=*}
    [[ ${name//_/-} != "$1" ]] || return 0
  done
  return 1
}

# Sets `mirrored` to whether a model is mounted, and `mounted` or `model`. A container that must start offline never falls back to the Hub.
find_model() {
  mounted=${AZUREML_MODEL_DIR:-}
  if [[ -n ${MOOR_MODEL:-} ]]; then
    [[ $MOOR_MODEL =~ ^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$ ]] ||
      fail "$bad_config" "MOOR_MODEL is $MOOR_MODEL, which is not a Hugging Face ID. Use the form Qwen/Qwen2.5-7B-Instruct."
    if [[ -n $mounted && -n $(ls -A -- "$mounted" 2>/dev/null) ]]; then
      fail "$bad_config" "MOOR_MODEL is $MOOR_MODEL, but a model is also mounted in $mounted. Remove one of them."
    fi
    model=$MOOR_MODEL mirrored=false
    return
  fi
  [[ -n $mounted ]] || fail "$bad_config" "No model is specified. Set MOOR_MODEL to a Hugging Face ID, or add a registered model to the deployment."
  [[ -d $mounted ]] || fail "$no_input" "AZUREML_MODEL_DIR is $mounted, which is not a folder. Check the deployment's model."
  mirrored=true
}

# Ends the script if a mounted file isn't the one that was staged. An empty MOOR_MANIFEST is an error: it must not turn the check off.
verify() {
  [[ -n ${MOOR_MANIFEST+set} ]] || return 0
  [[ $MOOR_MANIFEST =~ ^sha256:[0-9a-f]{64}$ ]] ||
    fail "$usage" "MOOR_MANIFEST is $MOOR_MANIFEST. Set it to sha256: and the 64 hexadecimal digits of the hash of SHA256SUMS, or remove it."
  $mirrored || fail "$bad_config" "MOOR_MANIFEST is set, but the model is $model of the Hub. Remove MOOR_MANIFEST, or mount the model."
  # A container's first process ignores signals without a handler, and bash handles them only while it waits for a background process.
  verifier=
  local signal
  for signal in HUP INT QUIT TERM; do
    # shellcheck disable=SC2064 # The signal's name is expanded now.
    trap "stop $signal" "$signal"
  done
  python3 -B "${BASH_SOURCE%/*}/verify.py" "$mounted" "$MOOR_MANIFEST" &
  verifier=$!
  wait "$verifier" || exit
}

stop() {
  [[ -z $verifier ]] || kill -KILL "$verifier" 2>/dev/null || true
  exit $((128 + $(kill -l "$1")))
}

# Sets `model` to the only mounted folder with config.json and safetensors, at most five levels below: folders of MLflow are deep. Folders in
# a folder that was found are parts of that model. Without safetensors, config.json must be in the mounted folder or the only one a level below.
find_snapshot() {
  $mirrored || return 0
  local root=${mounted%/} file folder
  local weights folders=() configs=()
  for file in "$root"{,/*,/*/*,/*/*/*,/*/*/*/*,/*/*/*/*/*}/config.json; do
    [[ -f $file ]] || continue
    folder=${file%/config.json}
    [[ $folder != "$root"/*/* ]] && ! is_inside "$folder" "${configs[@]}" && configs+=("$folder")
    weights=("$folder"/*.safetensors)
    [[ -f ${weights[0]} ]] && ! is_inside "$folder" "${folders[@]}" && folders+=("$folder")
  done
  local what="a config.json and safetensors"
  ((${#folders[@]})) || folders=("${configs[@]}") what="a config.json"
  case ${#folders[@]} in
  0) fail "$no_input" "There is no config.json in $root or one level below. Register the folder of the model's snapshot." ;;
  1) model=${folders[0]} ;;
  *)
    folders=("${folders[@]#"$root/"}")
    fail "$no_input" "Several folders in $root have $what (${folders[*]}). Register only one model."
    ;;
  esac
}

# Whether the first folder is in one of the others.
is_inside() {
  local folder=$1 other
  shift
  for other; do
    [[ $folder != "$other"/* ]] || return 0
  done
  return 1
}

# Replaces the relative paths of LoRA adapters, `<name>=adapters/<name>`, by paths in the mounted folder. Other paths are unchanged.
find_adapters() {
  $mirrored || return 0
  local index folder values=false
  for index in "${!args[@]}"; do
    case ${args[index]} in
    --lora-modules | --lora_modules) values=true ;;
    --*) values=false ;;
    *=adapters/*)
      $values || continue
      folder=$model/${args[index]#*=}
      [[ -f $folder/adapter_config.json ]] ||
        fail "$no_input" "The adapter ${args[index]%%=*} has no adapter_config.json in $folder. Stage the model together with its adapters."
      args[index]=${args[index]%%=*}=$folder
      ;;
    esac
  done
}

# Sets the model name that clients send. Without it, the name of a mounted model would be its path.
find_served_name() {
  served_name=()
  has_arg --served-model-name && return 0
  if [[ -n ${MOOR_SERVED_MODEL_NAME:-} ]]; then
    [[ $MOOR_SERVED_MODEL_NAME != -* ]] ||
      fail "$bad_config" "MOOR_SERVED_MODEL_NAME is $MOOR_SERVED_MODEL_NAME. A name can't start with a hyphen."
    served_name=(--served-model-name "$MOOR_SERVED_MODEL_NAME")
  elif $mirrored; then
    fail "$bad_config" "MOOR_SERVED_MODEL_NAME is not set. Set it to the model name that clients send, such as Qwen/Qwen2.5-7B-Instruct."
  fi
}

# Caches are in a private folder because they contain executable code.
set_environment() {
  local cache=${MOOR_CACHE_DIR:-${TMPDIR:-/tmp}/moor-cache}
  if ! (umask 077 && mkdir -p -- "$cache/tmp" && touch -- "$cache/.writable") 2>/dev/null; then
    fail "$cannot_create" "The cache folder $cache is not writable. Set MOOR_CACHE_DIR to a writable folder."
  fi
  # Everything that vLLM writes is in the cache folder or TMPDIR: the root file system can be read-only, and the user can lack a home directory.
  export HOME=$cache
  export TMPDIR=${TMPDIR:-$cache/tmp}
  export HF_HOME=${HF_HOME:-$cache/huggingface}
  export VLLM_CACHE_ROOT=${VLLM_CACHE_ROOT:-$cache/vllm}
  export VLLM_CONFIG_ROOT=${VLLM_CONFIG_ROOT:-$cache/vllm-config}
  export TRITON_CACHE_DIR=${TRITON_CACHE_DIR:-$cache/triton}
  export TORCHINDUCTOR_CACHE_DIR=${TORCHINDUCTOR_CACHE_DIR:-$cache/inductor}
  export FLASHINFER_WORKSPACE_BASE=${FLASHINFER_WORKSPACE_BASE:-$cache/flashinfer}
  export CUDA_CACHE_PATH=${CUDA_CACHE_PATH:-$cache/cuda}
  export NUMBA_CACHE_DIR=${NUMBA_CACHE_DIR:-$cache/numba}
  export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$cache/xdg} XDG_CONFIG_HOME=${XDG_CONFIG_HOME:-$cache/xdg-config}
  export VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 HF_HUB_DISABLE_TELEMETRY=1
  if $mirrored; then export HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1; fi
  # vLLM warns about unknown variables with its prefix.
  unset VLLM_ARGS
}

report() {
  say "user $(id -u):$(id -g), model $model, offline $mirrored"
  [[ -n ${MOOR_MANIFEST+set} ]] || say "MOOR_MANIFEST is not set: the model's files are not verified"
  python3 -c '
from importlib.metadata import PackageNotFoundError, version
for name in ("vllm", "torch", "transformers"):
    try:
        print(f"moor: {name} {version(name)}")
    except PackageNotFoundError:
        print(f"moor: {name} not found")
'
  # Tensor parallelism requires about 240 MiB of shared memory per GPU; Azure documents no size.
  df -h /dev/shm || say "/dev/shm can't be read"
  if command -v nvidia-smi >/dev/null; then nvidia-smi -L || say "nvidia-smi failed"; fi
  # If an argument contains the token, it must not appear in the log.
  local shown=("${command[@]}") line
  [[ -z ${HF_TOKEN:-} ]] || shown=("${command[@]//"$HF_TOKEN"/REDACTED}")
  printf -v line '%q ' "${shown[@]}"
  say "command: ${line% }"
}

read_args
check_args
find_model
verify
find_snapshot
find_adapters
find_served_name
set_environment
command=(vllm serve "$model" "${served_name[@]}" "${args[@]}")
report
# The supervisor passes signals on to vLLM, and its exit code is vLLM's.
exec python3 -B "${BASH_SOURCE%/*}/supervise.py" "${command[@]}"
