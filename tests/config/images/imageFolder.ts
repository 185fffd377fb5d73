/** A folder with images for stack files, and functions that check stacks in it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkSettings, checkStack } from "../../../config/checkStack";
import { reportErrors } from "../../../config/errors";
import { deploymentRequirements } from "../../../config/requirements";
import { layerFolder, removeFolders, savedFiles, temporaryFolder } from "../../planner/image/layerFolder";
import { digest, rawStack, scoreDeployment, spoilt, type Tree } from "../stacks";

export const external = `docker.io/vllm/vllm-openai@${digest}`;
/** Path of the deployment in messages. */
export const at = "moor:endpoints.chat.deployments.main";
/** The base of all images. */
export const base = savedFiles();
export const folder = temporaryFolder();

export function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), text);
}

/** Fills the folder before each test: `layers/vllm`, `builds/vllm`, `scores/fraud` (without a Dockerfile) and `scores/own` (with one). */
export function useImageFolder(): void {
  beforeEach(() => {
    for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name), { recursive: true });
    const layer = layerFolder(["COPY start.sh /opt/moor/", "ENV A=1"], { "start.sh": "exec true\n" }, base);
    fs.cpSync(layer, path.join(folder, "layers/vllm"), { recursive: true });
    write("builds/vllm/Dockerfile", `FROM ${base.reference}\nRUN true\n`);
    write("scores/fraud/score.py", "");
    write("scores/fraud/requirements.txt", "");
    write("scores/own/score.py", "");
    write("scores/own/Dockerfile", `FROM ${base.reference}\nCOPY . .\n`);
  });
  afterAll(removeFolders);
}

export function check(settings: Tree, changes: Parameters<typeof rawStack>[1] = {}) {
  return checkStack(rawStack(settings, { folder, ...changes }));
}

/** The code, path and problem of each error. */
export const told = (settings: Tree) => {
  const checked = check(settings);
  return "errors" in checked ? checked.errors.map(({ code, path: where, problem }) => [code, where, problem]) : [];
};

export function specOf(settings: Tree, changes: Parameters<typeof rawStack>[1] = {}) {
  const checked = check(settings, changes);
  if ("errors" in checked) throw new Error(reportErrors("dev", checked.errors));
  return checked.spec;
}

/** The valid stack with another vLLM image. */
export const vllmImage = (image: unknown, more: (s: Tree) => void = () => {}) =>
  spoilt((s) => {
    s["moor:images"].vllm = image;
    more(s);
  });

/** A stack with one score.py deployment and no image under `moor:images`. */
export const scored = (score: Tree, images: Tree = {}) =>
  spoilt((s) => {
    s["moor:images"] = images;
    s["moor:endpoints"].chat.deployments = { main: scoreDeployment({ score }) };
  });

/** The requirements of the deployment `chat/main`. */
export function requirementsOf(settings: Tree) {
  const { settings: parsed, images, errors } = checkSettings(rawStack(settings, { folder }));
  if (parsed === undefined) throw new Error(reportErrors("dev", errors));
  return deploymentRequirements(parsed["moor:endpoints"].chat!.deployments.main!, images.imageOf("chat", "main"));
}

export const imageRequirements = (settings: Tree) =>
  Object.fromEntries(Object.entries(requirementsOf(settings)).filter(([key]) => key.startsWith("image")));
