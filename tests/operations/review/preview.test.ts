// Proves how the output of a preview is read, and which reason a run without a preview gives. Doesn't prove what an engine prints.
import { endOfOutput, previewStack } from "../../../operations/review/preview";
import type { PulumiRun, StackPulumi } from "../../../operations/stackPulumi";
import { eventsOf, savedPreview } from "../../review/previews";
import { memoryStack } from "../memoryStack";

const given: { args: readonly string[]; environment?: Readonly<Record<string, string>> }[] = [];

function answering(run: Partial<PulumiRun>): StackPulumi {
  const stack = memoryStack({ state: { version: 3, deployment: {} } });
  return {
    ...stack,
    async run(args, environment) {
      given.push({ args, ...(environment === undefined ? {} : { environment }) });
      return { code: 0, output: "", errors: "", ...run };
    },
  };
}

test("A preview streams its events, and includes unchanged resources if the engine doesn't stream.", async () => {
  given.length = 0;
  expect(await previewStack(answering({ output: eventsOf("tag") }), ["--diff"])).toEqual(savedPreview("tag"));
  expect(given).toEqual([
    { args: ["preview", "--json", "--show-sames", "--diff"], environment: { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "1" } },
  ]);
});

test("The preview of an engine without that feature is read too.", async () => {
  const urn = "urn:pulumi:prod::moor::pulumi:pulumi:Stack::moor-prod";
  const document = {
    config: {},
    changeSummary: { same: 1 },
    steps: [{ op: "same", urn, oldState: { urn, type: "pulumi:pulumi:Stack" }, newState: { urn, type: "pulumi:pulumi:Stack" } }],
  };
  const preview = await previewStack(answering({ output: JSON.stringify(document) }));
  expect(preview).toMatchObject({ stack: "prod", project: "moor", result: "succeeded" });
});

test("A preview that fails is returned.", async () => {
  expect(await previewStack(answering({ code: 255, output: eventsOf("region") }))).toEqual(savedPreview("region"));
});

test.each<[what: string, run: Partial<PulumiRun>, reason: string]>([
  [
    "a refused stack",
    { code: 6, errors: "error: no stack named 'prod' found\n" },
    "code 6 before it planned anything: error: no stack named 'prod' found",
  ],
  ["a silent crash", { code: 1 }, "code 1 before it planned anything: it printed nothing."],
  [
    "a failure before the first resource",
    {
      code: 255,
      output:
        '{"sequence":0,"diagnosticEvent":{"message":"error: the state is locked","severity":"error"}}\n{"sequence":1,"cancelEvent":{}}\n',
    },
    "code 255 before it planned anything: error: the state is locked",
  ],
  [
    "a secret in the output",
    { code: 1, errors: `error: ghp_${"a".repeat(36)} expired` },
    "code 1 before it planned anything: error: [secret] expired",
  ],
])("%s is the reason.", async (_what, run, reason) => {
  await expect(previewStack(answering(run))).rejects.toThrow(new Error(`pulumi preview ended with ${reason}`));
});

test("A reason is one line of at most 2,002 characters, from the end of the output.", () => {
  expect(endOfOutput(`first\n\n  ${"x".repeat(3000)} last\n`)).toBe(`… ${"x".repeat(1995)} last`);
});
