#!/usr/bin/env bash
# Starts `vllm serve` as the environment says. Variables and exit codes: README.md beside this file.
set -euo pipefail

say() { printf 'moor: %s\n' "$*"; }
fail() {
  local code=$1
  shift
  printf 'moor: %s\n' "$*" >&2
  exit "$code"
}
usage=64 no_input=66 cannot_create=73 bad_config=78

# Fills `args` from VLLM_ARGS. Python decodes, and a zero byte parts the arguments: nothing can be split or expanded on the way.
read_args() {
  local decoder='
import json, os, sys
try:
    args = json.loads(os.environ.get("VLLM_ARGS") or "[]")
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise ValueError("it is not a list of strings")
    if any("\0" in arg for arg in args):
        raise ValueError("an argument holds a zero byte")
    encoded = "".join(arg + "\0" for arg in args).encode("utf-8")
except ValueError as error:
    hint = "write a JSON list of strings, such as [\"--max-model-len\", \"16384\"]"
    sys.exit(f"moor: VLLM_ARGS can\x27t be used: {error}; {hint}.")
sys.stdout.buffer.write(encoded)
'
  mapfile -d '' -t args < <(python3 -c "$decoder")
  wait $! || exit "$usage"
}

# Refuses arguments that this script decides, and those that would put a secret on a command line.
check_args() {
  [[ ${args[0]:--} == -* ]] || fail "$usage" "VLLM_ARGS begins with ${args[0]}, which is not a flag: the model comes from MOOR_MODEL or the mount."
  local arg name
  for arg in "${args[@]}"; do
    name=${arg%%=*}
    case ${name//_/-} in
    --model) fail "$usage" "VLLM_ARGS holds $name: set MOOR_MODEL, or mount a model, instead." ;;
    --api-key) fail "$usage" "VLLM_ARGS holds $name: callers' Authorization header carries the endpoint's key, so leave it out." ;;
    --hf-token) fail "$usage" "VLLM_ARGS holds $name: set HF_TOKEN by a Key Vault reference instead." ;;
    --config) fail "$usage" "VLLM_ARGS holds $name: a file could set what is refused here, so write its arguments into VLLM_ARGS." ;;
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

# Sets `model`, and `mirrored` to whether it is a folder. An endpoint that should start offline must never fall back to the hub.
find_model() {
  local mounted=${AZUREML_MODEL_DIR:-}
  if [[ -n ${MOOR_MODEL:-} ]]; then
    [[ $MOOR_MODEL =~ ^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?$ ]] ||
      fail "$bad_config" "MOOR_MODEL is $MOOR_MODEL, which is not a Hugging Face id: write it like Qwen/Qwen2.5-7B-Instruct."
    if [[ -n $mounted && -n $(ls -A -- "$mounted" 2>/dev/null) ]]; then
      fail "$bad_config" "MOOR_MODEL is $MOOR_MODEL and a model is mounted in $mounted: keep one of the two."
    fi
    model=$MOOR_MODEL mirrored=false
    return
  fi
  [[ -n $mounted ]] || fail "$bad_config" "There is no model: set MOOR_MODEL to a Hugging Face id, or give the deployment a registered model."
  [[ -d $mounted ]] || fail "$no_input" "AZUREML_MODEL_DIR is $mounted, which is not a folder: check the deployment's model."
  mirrored=true
  find_snapshot "$mounted"
}

# Sets `model` to the folder with config.json: the one given, or the only one a level below. Azure's docs and samples differ on which it is.
find_snapshot() {
  model=${1%/}
  [[ ! -f $model/config.json ]] || return 0
  local folders=() file
  for file in "$model"/*/config.json; do
    [[ ! -f $file ]] || folders+=("${file%/config.json}")
  done
  case ${#folders[@]} in
  0) fail "$no_input" "There is no config.json in $model nor a level below it: register the folder of the model's snapshot." ;;
  1) model=${folders[0]} ;;
  *) fail "$no_input" "Several folders in $model have a config.json (${folders[*]##*/}): register one model." ;;
  esac
}

# Name that clients send; without one, a mounted model would be called by its path.
find_served_name() {
  served_name=()
  has_arg --served-model-name && return 0
  if [[ -n ${MOOR_SERVED_MODEL_NAME:-} ]]; then
    [[ $MOOR_SERVED_MODEL_NAME != -* ]] ||
      fail "$bad_config" "MOOR_SERVED_MODEL_NAME is $MOOR_SERVED_MODEL_NAME: a name can't begin with a hyphen."
    served_name=(--served-model-name "$MOOR_SERVED_MODEL_NAME")
  elif $mirrored; then
    fail "$bad_config" "MOOR_SERVED_MODEL_NAME is not set: set it to the name that clients send, such as Qwen/Qwen2.5-7B-Instruct."
  fi
}

# Mounted models are read-only and the image's user may have no home: caches get a private folder, because they hold code that is executed.
set_environment() {
  local cache=${MOOR_CACHE_DIR:-${TMPDIR:-/tmp}/moor-cache}
  if ! (umask 077 && mkdir -p -- "$cache" && touch -- "$cache/.writable") 2>/dev/null; then
    fail "$cannot_create" "The cache folder $cache can't be written: set MOOR_CACHE_DIR to one that can."
  fi
  [[ -w ${HOME:-/nowhere} ]] || export HOME=$cache
  export HF_HOME=${HF_HOME:-$cache/huggingface}
  export VLLM_CACHE_ROOT=${VLLM_CACHE_ROOT:-$cache/vllm}
  export TRITON_CACHE_DIR=${TRITON_CACHE_DIR:-$cache/triton}
  export TORCHINDUCTOR_CACHE_DIR=${TORCHINDUCTOR_CACHE_DIR:-$cache/inductor}
  export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$cache/xdg}
  export VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 HF_HUB_DISABLE_TELEMETRY=1
  if $mirrored; then export HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1; fi
  # vLLM warns about variables with its prefix that it doesn't know.
  unset VLLM_ARGS
}

report() {
  say "user $(id -u):$(id -g), model $model, offline $mirrored"
  python3 -c '
from importlib.metadata import PackageNotFoundError, version
for name in ("vllm", "torch", "transformers"):
    try:
        print(f"moor: {name} {version(name)}")
    except PackageNotFoundError:
        print(f"moor: {name} not found")
'
  # Tensor parallelism over several GPUs needs some 240 MiB of shared memory for each; Azure documents no size.
  df -h /dev/shm || say "/dev/shm can't be read"
  if command -v nvidia-smi >/dev/null; then nvidia-smi -L || say "nvidia-smi failed"; fi
  # An argument that repeats the token must not bring it into the log.
  local shown=("${command[@]}") line
  [[ -z ${HF_TOKEN:-} ]] || shown=("${command[@]//"$HF_TOKEN"/REDACTED}")
  printf -v line '%q ' "${shown[@]}"
  say "exec ${line% }"
}

read_args
check_args
find_model
find_served_name
set_environment
command=(vllm serve "$model" "${served_name[@]}" "${args[@]}")
report
# In place of this shell, so that Azure's SIGTERM reaches vLLM.
exec "${command[@]}"
