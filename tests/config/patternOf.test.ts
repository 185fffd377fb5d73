// Proves that the pattern of a deployment is the one whose key has settings, and that tables are called with it.
import { byPattern, type PatternTable, patternOf, patternsIn } from "../../config/patternOf";
import { type DeploymentSettings, deployment } from "../../config/stackFile";
import { scoreDeployment, vllmDeployment } from "./stacks";

const vllm = deployment.parse(vllmDeployment());
const score = deployment.parse(scoreDeployment());

test("The pattern is the key that has settings.", () => {
  expect([patternOf(vllm), patternOf(score)]).toEqual(["vllm", "score"]);
  expect(patternsIn({ score: {}, vllm: {} })).toEqual(["vllm", "score"]);
  expect(patternsIn({ vllm: undefined })).toEqual([]);
});

test("The function of a table receives the settings under the pattern's key and the additional arguments.", () => {
  const table: PatternTable<string, [number]> = {
    vllm: ({ model }, count) => `${model} ${count}`,
    score: ({ path }, count) => `${path} ${count}`,
  };
  expect(byPattern(table, vllm, 2)).toBe("Qwen/Qwen2.5-0.5B-Instruct 2");
  expect(byPattern(table, score, 3)).toBe("./docker/score 3");
});

test("fails when a deployment has no pattern.", () => {
  const without: DeploymentSettings = { ...vllm, vllm: undefined };
  expect(() => patternOf(without)).toThrow("The deployment has none of vllm, score.");
});
