// Proves that all forms of a saved preview give the same changes, and that text of any other form is an error that names the command that saves a
// preview. Doesn't prove that later versions of the engine write these forms.
import fc from "fast-check";
import { readPreview } from "../../../review";
import { changeOf } from "../../../review/change";
import { SECRET } from "../../../rules";
import { eventsOf, previewNames, savedPreview } from "../previews";
import { digestOf, eventList, fixture } from "./forms";

/** The order of independent resources differs between runs. */
const changesIn = (text: string) =>
  Object.fromEntries(changeOf(readPreview(text)).changes.map(({ step: _, ...change }) => [change.name, change]));

describe("the JSON of `pulumi preview --json`", () => {
  test.each(previewNames)("%s has the changes of the events", (name) => {
    const text = JSON.stringify(digestOf(eventsOf(name)), null, 4);
    expect(changesIn(text)).toEqual(changesIn(eventsOf(name)));
    const { diagnostics, config, kind, result, stack, project, isComplete } = savedPreview(name);
    expect(readPreview(text)).toMatchObject({ diagnostics, config, kind, result, stack, project, isComplete });
  });

  test("of the engine has the changes of the engine's events", () => {
    expect(changesIn(fixture("tokenAdded.json"))).toEqual(changesIn(fixture("tokenAdded.ndjson")));
    expect(readPreview(fixture("tokenAdded.json"))).toMatchObject({ stack: "dev", result: "succeeded", isComplete: true });
  });

  test("has unknown settings after the run, because it lacks the outputs of the stack", () => {
    const { settings } = changeOf(readPreview(fixture("tokenAdded.json")));
    expect([settings.before?.region, settings.after]).toEqual(["swedencentral", undefined]);
  });

  test("without unchanged resources is not complete", () => {
    const digest = digestOf(eventsOf("tag"));
    const steps = digest.steps.filter(({ op, urn }) => op !== "same" || urn.includes("pulumi:pulumi:Stack"));
    expect(readPreview(JSON.stringify({ ...digest, steps }))).toMatchObject({ isComplete: false, result: "succeeded" });
  });

  test("without counts was killed", () => {
    const { changeSummary: _, ...digest } = digestOf(eventsOf("tag"));
    expect(readPreview(JSON.stringify(digest))).toMatchObject({ isComplete: false, result: "incomplete" });
  });

  test("can have messages of other programs around it", () => {
    const text = `Installing packages\n${JSON.stringify(digestOf(eventsOf("tag")), null, 4)}\nerror: update failed {"\n`;
    expect(changesIn(text)).toEqual(changesIn(eventsOf("tag")));
  });
});

describe("events", () => {
  const text = eventsOf("alerts");
  const lines = text.trimEnd().split("\n");
  const changes = changesIn(text);

  test.each([
    ["in a list of a document", JSON.stringify({ events: eventList(text) })],
    ["in objects", lines.map((line) => `{"event":${line}}`).join("\n")],
    ["with the time of a log", lines.map((line) => `2026-11-30T21:43:08.1234567Z ${line}`).join("\n")],
    ["with the line breaks of Windows", lines.join("\r\n")],
    ["wrapped at 4,000 characters", lines.flatMap((line) => line.match(/.{1,4000}/gs)).join("\n")],
    ["with other lines", lines.flatMap((line) => ["Previewing update (prod):", line, ""]).join("\n")],
    ["with a byte order mark", `\uFEFF${text}`],
  ])("can be %s", (_, other) => {
    expect(changesIn(other)).toEqual(changes);
    expect(readPreview(other)).toMatchObject({ result: "succeeded", isComplete: true });
  });

  test("that are cut off anywhere are incomplete or an error", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length - 1 }), (end) => {
        const preview = readOr(text.slice(0, end));
        if (typeof preview === "string") return expect(preview).toMatch(/^The (text|JSON) /);
        const isEnded = text.slice(0, end).includes('"summaryEvent"') && preview.result === "succeeded";
        return isEnded ? undefined : expect(preview).toMatchObject({ result: "incomplete", isComplete: false });
      }),
      { numRuns: 30 },
    );
  });

  test("without the first ones are incomplete", () => {
    expect(readPreview(lines.slice(1).join("\n"))).toMatchObject({ result: "incomplete", isComplete: false });
  });
});

test("the program's output is joined to whole messages, without prefixes, debug messages and secrets", () => {
  const message = (severity: string, text: string, more = {}) => ({ diagnosticEvent: { severity, message: text, ...more } });
  const messages = [
    message("info", "one "),
    message("debug", "hidden\n"),
    message("info", "message\n"),
    message("info", "second\n"),
    message("info", "gone\n", { ephemeral: true }),
    message("info#err", "on standard "),
    message("info#err", "error\n"),
    message("warning", "careful\n", { prefix: "warning: ", urn: "urn:pulumi:dev::moor::a:b:C::chat" }),
    message("error", "token hf_abcdefghijklmnop\n", { prefix: "error: " }),
    message("constructor", "unknown severity\n"),
    { stdoutEvent: { message: "printed\n" } },
  ];
  const events: object[] = [...eventList(eventsOf("noChange")).filter(({ diagnosticEvent }) => diagnosticEvent === undefined)];
  events.splice(2, 0, ...messages);
  const text = events.map((event) => JSON.stringify({ sequence: 0, ...event })).join("\n");
  expect(readPreview(text).diagnostics).toEqual([
    { severity: "info", message: "one message" },
    { severity: "info", message: "second" },
    { severity: "info", message: "on standard error" },
    { severity: "warning", resource: "chat", message: "careful" },
    { severity: "error", message: "token [secret]" },
    { severity: "info", message: "printed" },
  ]);
});

test("secret settings are omitted in each form", () => {
  const config = {
    "moor:a": "text",
    "moor:b": "[secret]",
    "moor:c": { secret: true, value: "hidden" },
    "moor:d": { secret: false, value: "plain" },
    "moor:e": { list: [{ secure: "ciphertext" }] },
    "moor:f": { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" },
    "moor:g": { main: 1 },
    "moor:h": 4,
    "moor:i": null,
  };
  const expected = { "moor:a": "text", "moor:d": "plain", "moor:g": '{"main":1}', "moor:h": "4" };
  const events = eventList(eventsOf("noChange")).map((event) => (event.preludeEvent ? { ...event, preludeEvent: { config } } : event));
  expect(readPreview(events.map((event) => JSON.stringify(event)).join("\n")).config).toEqual(expected);
  expect(readPreview(JSON.stringify({ ...digestOf(eventsOf("noChange")), config })).config).toEqual(expected);
  expect(readPreview(JSON.stringify({ ...JSON.parse(fixture("tokenAdded.plan.json")), config })).config).toEqual(expected);
});

test("an update plan has operations and changed inputs, and no state before the run", () => {
  const preview = readPreview(fixture("tokenAdded.plan.json"));
  expect(preview).toMatchObject({ stack: "dev", project: "moor", kind: "update", result: "succeeded", isComplete: false });
  const changed = changeOf(preview).changes.map(({ kind, name, type }) => [kind, name, type]);
  expect(changed).toEqual([
    ["create", "hub-token", "Microsoft.KeyVault/vaults/secrets"],
    ["update", "chat-main-f3ea4a27-deployment", "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments"],
    ["create", "chat-secrets-user", "Microsoft.Authorization/roleAssignments"],
    ["update", "image-ededa9a9-build", "docker:index/image:Image"],
  ]);
  const secret = preview.steps.find(({ name }) => name === "hub-token");
  expect(secret?.after?.inputs.properties).toEqual({ contentType: "text/plain", value: SECRET });
  expect(Object.keys(preview.config)).not.toContain("moor:huggingFaceToken");
  expect(preview.steps.filter(({ token }) => token.startsWith("pulumi:providers:"))).toEqual([]);
});

describe("text that is not one preview of a stack", () => {
  const events = eventsOf("noChange");
  const digest = digestOf(events);
  const other = events.replaceAll("urn:pulumi:prod::", "urn:pulumi:test::");
  const changed = (change: object) => JSON.stringify({ ...digest, ...change });
  test.each([
    ["nothing", " \n", "The saved preview is empty."],
    ["UTF-16", "{\u0000", "The saved preview isn't UTF-8 text."],
    ["prose", "Previewing update (prod):\n", "The text is not JSON."],
    ["JSON that is cut off", JSON.stringify(digest, null, 4).slice(0, -20), "The text starts like JSON, but it is cut off"],
    ["a list", "[]", "The JSON is a list, not an object."],
    ["null", "null", "The JSON is null, not an object."],
    ["a number", "4", "The JSON is a number, not an object."],
    ["another object", "{}", "The JSON contains no preview."],
    ["a state", '{"version":3,"deployment":{"resources":[]}}', "The JSON is a state"],
    ["events of two stacks", other.replace(/^.*preludeEvent.*\n/m, "") + events, "The text contains the events of more than one preview."],
    ["events of one preview, twice", events + events, "The text contains the events of more than one preview."],
    [
      "steps of two stacks",
      changed({ steps: [...digest.steps, ...digestOf(other).steps] }),
      "The text contains resources of more than one stack.",
    ],
    ["events of an update", events.replace('"isPreview":true', '"isPreview":false'), "The text contains the events of an update"],
    ["events without resources", events.split("\n")[0]!, "The text contains events, but none of them is about a resource or a stack."],
    ["steps that are no list", changed({ steps: {} }), "`steps` is not a list."],
    ["no steps", changed({ steps: [] }), "`steps` is empty"],
    ["a step that is a text", changed({ steps: ["same"] }), "steps[0] is not an object."],
    [
      "an unknown operation",
      changed({ steps: [{ ...digest.steps[0], op: "destroy" }] }),
      "steps[0]: the operation of the resource is missing",
    ],
    ["no operation", changed({ steps: [{ ...digest.steps[0], op: null }] }), "steps[0]: the operation of the resource is missing"],
    [
      "an invalid URN",
      changed({ steps: [{ ...digest.steps[0], urn: "urn:other" }] }),
      "steps[0]: the URN of the resource is missing or invalid.",
    ],
    ["plans that are no object", '{"resourcePlans":[]}', "`resourcePlans` is not an object."],
    ["an empty plan", '{"resourcePlans":{}}', "`resourcePlans` is empty"],
    ["a plan without steps", '{"resourcePlans":{"urn:pulumi:a::b::c:d:E::f":{}}}', "resourcePlans[0] has no list of steps."],
    ["deep JSON", `{"steps":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, "The preview contains JSON with more than 200 levels."],
  ])("%s", (_, text, problem) => {
    const error = readOr(text);
    expect(error).toMatch(
      /^[^\n]*\n {2}Allowed: [^\n]*\n {2}Fix: [^\n]*\n {4}PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1 pulumi preview --json [^\n]*$/,
    );
    expect(String(error).split("\n")[0]).toContain(problem);
  });

  test("any JSON, in each place of a preview, is read or is such an error", () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const key = fc.constantFrom("config", "steps", "diagnostics", "changeSummary", "resourcePlans", "manifest", "events", "deployment");
    const step = fc.record(
      {
        op: fc.oneof(json, fc.constantFrom("same", "delete", "delete-replaced")),
        urn: fc.oneof(json, fc.constant("urn:pulumi:a::b::c:d:E::f")),
        oldState: json,
        newState: json,
        detailedDiff: json,
        diffReasons: json,
      },
      { requiredKeys: [] },
    );
    const event = fc.record(
      {
        resourcePreEvent: fc.oneof(json, fc.record({ metadata: fc.oneof(json, step) })),
        diagnosticEvent: json,
        summaryEvent: json,
        preludeEvent: json,
        stdoutEvent: json,
      },
      { requiredKeys: [] },
    );
    const document = fc.dictionary(key, fc.oneof(json, fc.array(step), fc.array(event)));
    const text = fc.oneof(
      fc.string(),
      document.map((value) => JSON.stringify(value)),
      fc.array(event).map((events) => events.map((one) => JSON.stringify({ sequence: 1, ...one })).join("\n")),
    );
    fc.assert(
      fc.property(text, (one) => {
        const read = readOr(one);
        if (typeof read === "string") expect(read).toContain("\n  Fix: ");
        else expect(read.stack).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});

/** The preview, or the text of the error. */
function readOr(text: string) {
  try {
    return readPreview(text);
  } catch (error) {
    return (error as Error).message;
  }
}
