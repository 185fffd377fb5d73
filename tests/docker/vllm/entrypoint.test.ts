// Does not prove that vLLM accepts the arguments, or that the image builds: a fake `vllm` on PATH records its arguments.
import * as fs from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { Sandbox } from "./sandbox";

let sandbox: Sandbox;
let home: string;
beforeEach(() => {
  sandbox = new Sandbox();
  home = sandbox.home;
});
afterEach(() => sandbox.dispose());

const write: Sandbox["write"] = (...args) => sandbox.write(...args);
const run = (variables: Record<string, string>) => sandbox.run(variables);
const expectFailure: Sandbox["expectFailure"] = (...args) => sandbox.expectFailure(...args);

describe("model", () => {
  test("a model of the Hub is served online, under its own name", () => {
    const { status, argv, env } = run({ MOOR_MODEL: "Qwen/Qwen2.5-7B-Instruct" });
    expect(status).toBe(0);
    expect(argv).toEqual(["serve", "Qwen/Qwen2.5-7B-Instruct"]);
    expect(env.HF_HUB_OFFLINE).toBeUndefined();
    expect(env.TRANSFORMERS_OFFLINE).toBeUndefined();
  });

  test.each([
    ["the mounted folder itself", "models/qwen/1", "models/qwen/1/config.json"],
    ["the mounted folder with a slash at its end", "models/qwen/1/", "models/qwen/1/config.json"],
    ["the only folder one level below", "models/qwen/1", "models/qwen/1/my snapshot/config.json"],
  ])("config.json in %s is found, and the server starts offline", (_, mounted, file) => {
    const folder = path.dirname(write(file));
    const { status, argv, env } = run({ AZUREML_MODEL_DIR: path.join(home, mounted), MOOR_SERVED_MODEL_NAME: "Qwen/Qwen2.5-7B-Instruct" });
    expect(status).toBe(0);
    expect(argv).toEqual(["serve", folder, "--served-model-name", "Qwen/Qwen2.5-7B-Instruct"]);
    expect(env).toMatchObject({ HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1" });
  });

  test("config.json in the mounted folder takes precedence over one below, such as a model's original format", () => {
    write("m/original/config.json");
    write("m/config.json");
    expect(run({ AZUREML_MODEL_DIR: `${home}/m`, MOOR_SERVED_MODEL_NAME: "n" }).argv![1]).toBe(`${home}/m`);
  });

  test("without a config.json, the exit code is 66", () => {
    write("m/snapshot/deeper/config.json");
    expectFailure(
      { AZUREML_MODEL_DIR: `${home}/m` },
      66,
      `There is no config.json in ${home}/m or one level below. Register the folder of the model's snapshot.`,
    );
  });

  test("with two config.json, the exit code is 66, and the message lists the folders", () => {
    write("m/a/config.json");
    write("m/b/config.json");
    expectFailure(
      { AZUREML_MODEL_DIR: `${home}/m` },
      66,
      `Several folders in ${home}/m have a config.json (a b). Register only one model.`,
    );
  });

  test.each([
    ["of MLflow's layout", "m/data/model", ["m/MLmodel", "m/data/model/config.json", "m/data/model/model.safetensors"]],
    ["of Microsoft's registry", "m/mlflow_model_folder/data/model", ["m/mlflow_model_folder/data/model/config.json"]],
    ["five levels below", "m/1/2/3/4/5", ["m/1/2/3/4/5/config.json"]],
    ["of weights, not the folder that has only a config.json", "m/data/model", ["m/config.json", "m/data/model/config.json"]],
    ["above parts of the model with weights", "m/x", ["m/x/config.json", "m/x/2_Dense/config.json", "m/x/2_Dense/model.safetensors"]],
  ])("the folder %s is found", (_, folder, files) => {
    for (const file of files) write(file);
    write(`${folder}/model-00001-of-00002.safetensors`);
    expect(run({ AZUREML_MODEL_DIR: `${home}/m`, MOOR_SERVED_MODEL_NAME: "n" }).argv![1]).toBe(`${home}/${folder}`);
  });

  test.each([
    ["six levels below", ["m/1/2/3/4/5/6/config.json", "m/1/2/3/4/5/6/model.safetensors"]],
    ["with weights but no config.json", ["m/model.safetensors"]],
    ["that is hidden", ["m/.cache/config.json", "m/.cache/model.safetensors"]],
  ])("a folder %s is not a model", (_, files) => {
    for (const file of files) write(file);
    expectFailure(
      { AZUREML_MODEL_DIR: `${home}/m` },
      66,
      `There is no config.json in ${home}/m or one level below. Register the folder of the model's snapshot.`,
    );
  });

  test("with two folders of weights, the exit code is 66, and the message lists them", () => {
    for (const folder of ["m/a/data/my model", "m/b", "m/c"]) write(`${folder}/config.json`);
    for (const folder of ["m/a/data/my model", "m/b"]) write(`${folder}/model.safetensors`);
    expectFailure(
      { AZUREML_MODEL_DIR: `${home}/m` },
      66,
      `Several folders in ${home}/m have a config.json and safetensors (b a/data/my model). Register only one model.`,
    );
  });

  test("with a missing mount, the exit code is 66, and nothing is downloaded", () => {
    expectFailure(
      { AZUREML_MODEL_DIR: `${home}/none` },
      66,
      `AZUREML_MODEL_DIR is ${home}/none, which is not a folder. Check the deployment's model.`,
    );
  });

  test("without a model, the exit code is 78", () => {
    expectFailure({}, 78, "No model is specified. Set MOOR_MODEL to a Hugging Face ID, or add a registered model to the deployment.");
  });

  test("with a model of the Hub and a mounted model, the exit code is 78, but an empty mounted folder is ignored", () => {
    write("m/config.json");
    expectFailure(
      { MOOR_MODEL: "a/b", AZUREML_MODEL_DIR: `${home}/m` },
      78,
      `MOOR_MODEL is a/b, but a model is also mounted in ${home}/m. Remove one of them.`,
    );
    fs.mkdirSync(`${home}/empty`);
    expect(run({ MOOR_MODEL: "a/b", AZUREML_MODEL_DIR: `${home}/empty` }).argv).toEqual(["serve", "a/b"]);
  });

  test.each(["--help", "/etc", "a b", "a/b/c", "a/$(id)", "../x", "a/b\n--x"])("MOOR_MODEL %j is not a Hugging Face ID", (id) => {
    expectFailure({ MOOR_MODEL: id }, 78, `MOOR_MODEL is ${id}, which is not a Hugging Face ID. Use the form Qwen/Qwen2.5-7B-Instruct.`);
  });
});

describe("served name", () => {
  test("with a mounted model but no served name, the exit code is 78", () => {
    write("m/config.json");
    expectFailure(
      { AZUREML_MODEL_DIR: `${home}/m` },
      78,
      "MOOR_SERVED_MODEL_NAME is not set. Set it to the model name that clients send, such as Qwen/Qwen2.5-7B-Instruct.",
    );
  });

  test.each([[["--served-model-name", "x", "y"]], [["--served_model_name=x"]]])("%j in VLLM_ARGS overrides it", (args) => {
    write("m/config.json");
    const { argv } = run({ AZUREML_MODEL_DIR: `${home}/m`, MOOR_SERVED_MODEL_NAME: "n", VLLM_ARGS: JSON.stringify(args) });
    expect(argv).toEqual(["serve", `${home}/m`, ...args]);
  });

  test("with a name that looks like a flag, the exit code is 78", () => {
    expectFailure(
      { MOOR_MODEL: "a/b", MOOR_SERVED_MODEL_NAME: "--x" },
      78,
      "MOOR_SERVED_MODEL_NAME is --x. A name can't start with a hyphen.",
    );
  });
});

describe("LoRA adapters", () => {
  const modules = ["--enable-lora", "--lora-modules", "support=adapters/support", "legal=adapters/legal", "--max-loras", "2"];
  const serve = (args: readonly string[], variables = {}) =>
    run({ AZUREML_MODEL_DIR: `${home}/m`, MOOR_SERVED_MODEL_NAME: "n", VLLM_ARGS: JSON.stringify(args), ...variables });
  const writeAll = (root: string) => {
    for (const file of ["config.json", "model.safetensors"]) write(`${root}/${file}`);
    for (const name of ["support", "legal"]) {
      for (const file of ["adapter_config.json", "adapter_model.safetensors"]) write(`${root}/adapters/${name}/${file}`);
    }
  };

  test.each(["m", "m/snapshot"])("paths of adapters are those in the folder of the model, %s", (root) => {
    writeAll(root);
    const { status, argv } = serve(modules);
    expect(status).toBe(0);
    expect(argv).toEqual([
      ...["serve", `${home}/${root}`, "--served-model-name", "n", "--enable-lora", "--lora-modules"],
      ...[`support=${home}/${root}/adapters/support`, `legal=${home}/${root}/adapters/legal`, "--max-loras", "2"],
    ]);
  });

  test.each([
    [["--lora-modules", "support=/other/support"]],
    [["--lora-modules", "support=acme/support"]],
    [["--chat-template", "x=adapters/support"]],
    [["--lora-modules", "a=/b", "--chat-template", "x=adapters/support"]],
  ])("other arguments are unchanged: %j", (args) => {
    writeAll("m");
    expect(serve(args).argv!.slice(4)).toEqual(args);
  });

  test("an adapter that isn't mounted ends the start with 66", () => {
    writeAll("m");
    fs.rmSync(`${home}/m/adapters/legal`, { recursive: true });
    expectFailure(
      { AZUREML_MODEL_DIR: `${home}/m`, MOOR_SERVED_MODEL_NAME: "n", VLLM_ARGS: JSON.stringify(modules) },
      66,
      `The adapter legal has no adapter_config.json in ${home}/m/adapters/legal. Stage the model together with its adapters.`,
    );
  });

  test("with a model of the Hub, nothing is changed", () => {
    expect(run({ MOOR_MODEL: "a/b", VLLM_ARGS: JSON.stringify(["--lora-modules", "x=adapters/x"]) }).argv).toEqual([
      ...["serve", "a/b", "--lora-modules", "x=adapters/x"],
    ]);
  });
});

describe("VLLM_ARGS", () => {
  const withArgs = (text: string) => run({ MOOR_MODEL: "a/b", VLLM_ARGS: text });

  test("arguments are passed unchanged, after the model and its name", () => {
    const args = [
      "--max-model-len",
      "16384",
      "--hf-overrides",
      '{"a": "b c"}',
      "--x",
      "",
      "$(id) `id` $HOME * ' \" \\ \n\t é",
      "--shutdown-timeout=60",
    ];
    const { argv } = run({ MOOR_MODEL: "a/b", MOOR_SERVED_MODEL_NAME: "my name", VLLM_ARGS: JSON.stringify(args) });
    expect(argv).toEqual(["serve", "a/b", "--served-model-name", "my name", ...args]);
  });

  test("arbitrary strings are passed unchanged", () => {
    const word = fc.string({ unit: "binary" }).filter((text) => !/\p{Surrogate}|\0/u.test(text));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (words) => {
        expect(withArgs(JSON.stringify(["--x", ...words.map((text) => `=${text}`)])).argv).toEqual([
          "serve",
          "a/b",
          "--x",
          ...words.map((text) => `=${text}`),
        ]);
      }),
      { numRuns: 8 },
    );
  });

  test.each(["", "[]"])("%j adds nothing, not even a --shutdown-timeout", (text) => {
    expect(withArgs(text).argv).toEqual(["serve", "a/b"]);
  });

  test("the variable is not passed to vLLM, which would warn about its name", () => {
    expect(withArgs('["--seed","1"]').env.VLLM_ARGS).toBeUndefined();
  });

  const hint = 'Use a JSON list of strings, such as ["--max-model-len", "16384"].';
  test.each([
    ["--max-model-len 16384", "Expecting value: line 1 column 1 (char 0)"],
    ['{"a":1}', "it is not a list of strings"],
    ['["--seed", 1]', "it is not a list of strings"],
    ['["--x\\u0000y"]', "an argument contains a zero byte"],
    ['["--x\\ud800"]', "'utf-8' codec can't encode character '\\ud800' in position 3: surrogates not allowed"],
  ])("with %s, the exit code is 64, and the message states the reason", (text, reason) => {
    expectFailure({ MOOR_MODEL: "a/b", VLLM_ARGS: text }, 64, `VLLM_ARGS is not valid: ${reason}. ${hint}`);
  });

  test.each([
    [["c/d"], "VLLM_ARGS starts with c/d, which is not a flag. To set the model, use MOOR_MODEL or mount a model."],
    [["--model", "c/d"], "VLLM_ARGS contains --model. Set MOOR_MODEL or mount a model instead."],
    [["--api_key=s3cret"], "VLLM_ARGS contains --api_key. Remove it: the Authorization header contains the endpoint's key."],
    [["--seed", "1", "--hf-token", "s3cret"], "VLLM_ARGS contains --hf-token. Set HF_TOKEN as a Key Vault reference instead."],
    [
      ["--config=x"],
      "VLLM_ARGS contains --config. A file could set arguments that are not allowed, so add its arguments to VLLM_ARGS instead.",
    ],
  ])("with %j, the exit code is 64, and its value is not printed", (args, message) => {
    expectFailure({ MOOR_MODEL: "a/b", VLLM_ARGS: JSON.stringify(args) }, 64, message);
  });
});

describe("environment", () => {
  test("telemetry is off and caches are in one private folder", () => {
    const { env } = run({ MOOR_MODEL: "a/b" });
    const cache = `${home}/moor-cache`;
    expect(env).toMatchObject({
      VLLM_NO_USAGE_STATS: "1",
      DO_NOT_TRACK: "1",
      HF_HUB_DISABLE_TELEMETRY: "1",
      HF_HOME: `${cache}/huggingface`,
      VLLM_CACHE_ROOT: `${cache}/vllm`,
      TRITON_CACHE_DIR: `${cache}/triton`,
      TORCHINDUCTOR_CACHE_DIR: `${cache}/inductor`,
      XDG_CACHE_HOME: `${cache}/xdg`,
      HOME: cache,
      TMPDIR: home,
    });
    expect(fs.statSync(cache).mode & 0o777).toBe(0o700);
  });

  test("an explicit cache folder is used, also for temporary files and instead of the home directory", () => {
    const cache = `${home}/mine`;
    const { env } = run({ MOOR_MODEL: "a/b", MOOR_CACHE_DIR: cache, HF_HOME: `${home}/hf`, TMPDIR: "" });
    expect(env).toMatchObject({ HF_HOME: `${home}/hf`, VLLM_CACHE_ROOT: `${cache}/vllm`, HOME: cache, TMPDIR: `${cache}/tmp` });
    expect(fs.statSync(`${cache}/tmp`).isDirectory()).toBe(true);
  });

  test("with a cache folder that can't be created, the exit code is 73", () => {
    const file = write("file");
    expectFailure(
      { MOOR_MODEL: "a/b", MOOR_CACHE_DIR: `${file}/cache` },
      73,
      `The cache folder ${file}/cache is not writable. Set MOOR_CACHE_DIR to a writable folder.`,
    );
  });

  test("other variables of the deployment are passed to vLLM", () => {
    expect(run({ MOOR_MODEL: "a/b", VLLM_ENGINE_READY_TIMEOUT_S: "1800" }).env.VLLM_ENGINE_READY_TIMEOUT_S).toBe("1800");
  });
});

describe("output", () => {
  test("the token is in vLLM's environment but never in the output, even if an argument contains it", () => {
    const token = "hf_s3cret*[x]";
    const result = run({ MOOR_MODEL: "a/b", HF_TOKEN: token, VLLM_ARGS: JSON.stringify(["--x", token]) });
    expect(result.status).toBe(0);
    expect(result.env.HF_TOKEN).toBe(token);
    expect(result.argv).toEqual(["serve", "a/b", "--x", token]);
    expect(result.stdout + result.stderr).not.toContain("s3cret");
    expect(result.stdout).toContain("moor: command: vllm serve a/b --x REDACTED\n");
  });

  test("the user, versions, shared memory, GPUs and the command are printed", () => {
    write("bin/nvidia-smi", '#!/bin/sh\necho "fake smi $*"\n', 0o755);
    const { stdout } = run({ MOOR_MODEL: "a/b", VLLM_ARGS: '["--hf-overrides","{\\"a\\": 1}"]' });
    expect(stdout).toContain(`moor: user ${process.getuid!()}:${process.getgid!()}, model a/b, offline false\n`);
    for (const name of ["vllm", "torch", "transformers"]) expect(stdout).toMatch(new RegExp(`^moor: ${name} \\S+`, "m"));
    expect(stdout).toContain("/dev/shm\n");
    expect(stdout).toContain("fake smi -L\n");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe('moor: command: vllm serve a/b --hf-overrides \\{\\"a\\":\\ 1\\}');
  });

  test("an nvidia-smi that fails does not stop the start", () => {
    write("bin/nvidia-smi", "#!/bin/sh\nexit 9\n", 0o755);
    expect(run({ MOOR_MODEL: "a/b" })).toMatchObject({ status: 0, stdout: expect.stringContaining("moor: nvidia-smi failed\n") });
  });
});
