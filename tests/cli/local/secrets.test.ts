// Proves that the stand-ins for secrets are valid values of their settings. Doesn't prove how local runs use them: tests/e2e/local.test.ts does.
import { parseDocument } from "yaml";
import { takeOverSecrets } from "../../../cli/local/secrets";
import { checkStack } from "../../../config/checkStack";
import { reportErrors } from "../../../config/errors";
import { goodSettings, rawStack } from "../../config/stacks";

test("a stack with stand-ins for all of its secrets has no errors", () => {
  const settings = ["alertWebhook", "huggingFaceToken", "importCredentials"].map((key) => `moor:${key}`);
  const real = parseDocument(`config:\n${settings.map((key) => `  ${key}: { secure: v1:abc }\n`).join("")}`);
  const standIns = takeOverSecrets(real, parseDocument("config: {}\n"), {});
  expect(standIns.map(({ keys }) => keys)).toEqual(settings.map((key) => [key]));
  const stack = goodSettings();
  stack["moor:platform"].alerts = { emails: ["ml@example.com"] };
  for (const { keys, value } of standIns) stack[keys[0]!] = value;
  const checked = checkStack(rawStack(stack, { secretKeys: settings }));
  expect("errors" in checked ? reportErrors("dev", checked.errors) : "").toBe("");
});
