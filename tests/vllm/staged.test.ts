// Proves that `npm run test:vllm` serves files that came through the local Hub and the blob service, and that the entrypoint accepts them as
// they are mounted. Doesn't prove that vLLM can read them: a fake `vllm` is on PATH.
import * as fs from "node:fs";
import * as path from "node:path";
import { manifestFileName } from "../../planner/weights";
import { type Platform, startPlatform } from "../clients/platform";
import { Sandbox } from "../docker/vllm/sandbox";
import { stage } from "./staged";

let platform: Platform;
let sandbox: Sandbox;
beforeAll(async () => {
  platform = await startPlatform();
  sandbox = new Sandbox();
});
afterAll(async () => {
  sandbox?.dispose();
  await platform?.close();
});

test("the files of a folder are staged, mounted with their manifest, and accepted by the entrypoint until one is changed", async () => {
  for (const [file, content] of Object.entries({ "config.json": '{"architectures": ["LlamaForCausalLM"]}', "tokenizer.json": "{}" }))
    sandbox.write(`model/${file}`, content);
  sandbox.write("model/model.safetensors", Buffer.alloc(100_000, "w"));
  const model = path.join(sandbox.home, "model");
  const { files, folder, mounted, manifest } = await stage(platform, "acme/tiny", model, sandbox.home, () => {});
  expect(files.map((file) => file.path)).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
  expect(fs.readdirSync(mounted)).toEqual([path.basename(folder)]);
  expect(fs.readdirSync(folder).sort()).toEqual([manifestFileName, ...files.map((file) => file.path)]);
  for (const file of files) expect(fs.readFileSync(path.join(folder, file.path))).toEqual(fs.readFileSync(path.join(model, file.path)));
  const variables = { AZUREML_MODEL_DIR: mounted, MOOR_MANIFEST: manifest, MOOR_SERVED_MODEL_NAME: "tiny" };
  expect(sandbox.run(variables)).toMatchObject({ status: 0, argv: ["serve", folder, "--served-model-name", "tiny"] });
  fs.appendFileSync(path.join(folder, "tokenizer.json"), " ");
  const refused = sandbox.run(variables);
  expect(refused.status).toBe(65);
  expect(refused.stderr).toMatch(/^moor: The file [0-9a-f]{40}\/tokenizer\.json was changed: .*\n$/);
});
