// Proves that a stack file which Pulumi can't pass to its program is rejected with the limit, and that one just below the limit is
// accepted. Doesn't prove the limit of the operating system: MAX_ARG_STRLEN of Linux, 32 pages of 4,096 bytes for one variable.
import { checkSettings, checkStack } from "../../config/checkStack";
import { goodSettings, rawStack, spoilt, type Tree, vllmDeployment } from "./stacks";

const check = (settings: Tree) => {
  const checked = checkStack(rawStack(settings));
  return "errors" in checked ? checked.errors.map(({ code, path, problem }) => ({ code, path, problem })) : [];
};

const request = (length: number) => (s: Tree) => {
  s["moor:endpoints"].fraud = {
    auth: "key",
    deployments: {
      main: {
        score: { path: "./docker/score" },
        size: "Standard_DS3_v2",
        instances: 1,
        weight: 100,
        check: { request: "x".repeat(length) },
      },
    },
  };
};

test("a sample request of 132 KB is rejected with the limit before Pulumi fails with spawn E2BIG", () => {
  const errors = check(spoilt(request(132_000)));
  expect(errors).toEqual([
    {
      code: "MOOR061",
      path: "config",
      problem: expect.stringMatching(
        /^The settings are too large \(13[2-4],\d{3} bytes\): Pulumi passes them to the program in one environment variable\.$/,
      ),
    },
  ]);
});

test("100,000 bytes are allowed", () => {
  expect(check(spoilt(request(100_000)))).toEqual([]);
});

test("characters that Pulumi writes with six bytes count as six", () => {
  expect(check(spoilt(request(30_000)))).toEqual([]);
  expect(check(spoilt((s) => request(0)(Object.assign(s, { "moor:other": "" })))).map(({ code }) => code)).toEqual(["MOOR001"]);
  const escaped = spoilt(request(0));
  escaped["moor:endpoints"].fraud.deployments.main.check.request = "&".repeat(30_000);
  expect(check(escaped).map(({ code }) => code)).toEqual(["MOOR061"]);
});

test("too many endpoints for a region are reported as such, whatever the size of the file", () => {
  const large = vllmDeployment();
  const deployments = Object.fromEntries(
    ["a", "b", "c", "d", "e"].map((label, index) => [label, { ...large, weight: index === 0 ? 100 : 0 }]),
  );
  const endpoints = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`e${index}`, { auth: "key", deployments }]));
  const settings = { ...goodSettings(), "moor:endpoints": endpoints };
  expect(check(settings).map(({ code }) => code)).toEqual(["MOOR027", "MOOR027"]);
  expect(checkSettings(rawStack(settings)).settings).toBeUndefined();
});
