// Proves that a preview of the same change on a state with other generated names, IDs and times normalises to the same values, and that text of
// the stack file is kept. The second state is made by editing saved previews. Doesn't prove it for two states in Azure: tests/e2e compares two
// states in the local Azure.
import { readPreview, reviewStack } from "../../review";
import { normalised } from "../../review/normalise";
import type { Preview, Step } from "../../review/preview";
import type { Body } from "../../rules";
import { unknownText } from "../../rules/read/wire";
import { eventsOf, previewNames } from "./previews";

/** The caller of the endpoint in the shipped stack file. */
const invoker = "3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41";
/** The principal that some of the changes add. */
const otherInvoker = "7d1e2a55-0c61-4c37-8a53-91f1a1c0b7aa";

const suffixOf = (events: string) => /mlw-(?:dev|prod)-([a-z0-9]{6})"/.exec(events)?.[1];

/** The events on another state: another suffix, subscription, tenant, identities, hashes and times. */
function onOtherState(events: string): string {
  const found = (form: RegExp) => [...new Set([...events.matchAll(form)].map((match) => match[1]!))];
  const identities = found(/"(?:principalId|clientId|customerId|workspaceId)":\s*"([0-9a-f-]{36})"/g);
  const written = found(/"moor-written":\s*"([0-9a-f]{8})"/g);
  const versions = found(/\/environments\/[^/"]+\/versions\/([0-9a-f]{16})"/g);
  const replacements: (readonly [string, string])[] = [
    ...identities
      .filter((id) => ![invoker, otherInvoker, unknownText].includes(id))
      .map((id, index) => [id, `dddddddd-dddd-4ddd-8ddd-${String(index).padStart(12, "0")}`] as const),
    ...[...written, ...versions].map((hash, index) => [hash, String(index).padStart(hash.length, "e")] as const),
    [suffixOf(events) ?? "", "zz9y8x"],
    ["00000000-0000-4000-8000-000000000001", "11111111-2222-4333-8444-555555555555"],
    ["00000000-0000-4000-8000-0000000000aa", "99999999-2222-4333-8444-555555555555"],
  ];
  const edited = replacements.reduce((text, [from, to]) => text.replaceAll(from, to), events);
  return edited.replaceAll(/2026-11-30T21:(\d\d)/g, "2026-12-24T08:$1").replaceAll(/"duration":\s*"PT[\d.]+S"/g, '"duration":"PT9S"');
}

/** A first preview contains no generated name. */
const compared = previewNames.filter((name) => suffixOf(eventsOf(name)) !== undefined);

test("most saved previews are of a stack with resources", () => {
  expect(compared.length).toBeGreaterThan(25);
});

test.each(compared)("%s gives the same preview and review on another state.", (name) => {
  const [here, there] = [eventsOf(name), onOtherState(eventsOf(name))];
  expect(there).not.toBe(here);
  const [one, other] = [readPreview(here), readPreview(there)];
  expect(normalised(other)).toEqual(normalised(one));
  const context = { today: "2026-11-30" };
  expect(JSON.stringify(reviewStack(other, context))).toBe(JSON.stringify(reviewStack(one, context)));
});

test("The normalised preview contains no generated value.", () => {
  const events = eventsOf("model");
  const text = JSON.stringify(normalised(readPreview(events)));
  expect(text).toContain("mlw-prod-suffix");
  expect(text).toContain("stprodsuffix");
  expect(text).not.toContain(suffixOf(events));
  expect(text).not.toMatch(/2026-11-30T/);
  expect(text).not.toContain("00000000-0000-4000-8000-000000000001");
});

test.each(previewNames)("%s: an unchanged state may be one object or two equal ones.", (name) => {
  const preview = readPreview(eventsOf(name));
  const steps = preview.steps.map(({ after, ...step }) => ({ ...step, ...(after && { after: { ...after } }) }));
  const copied = { ...preview, steps };
  expect(normalised(copied)).toEqual(normalised(preview));
  expect(reviewStack(copied, { today: "2026-11-30" })).toEqual(reviewStack(preview, { today: "2026-11-30" }));
});

test("A preview that is normalised already stays the same.", () => {
  const once = normalised(readPreview(eventsOf("auth")));
  expect(normalised(once)).toEqual(once);
});

function step(name: string, token: string, id: string | undefined, inputs: Body, outputs: Body = {}): Step {
  const state = { ...(id === undefined ? {} : { id }), inputs, outputs, protect: false };
  return {
    urn: `urn:pulumi:dev::moor::${token}::${name}`,
    token,
    name,
    operation: "same",
    before: state,
    after: state,
    changed: [],
    replacedBy: [],
  };
}

function previewWith(steps: readonly Step[], config: Readonly<Record<string, string>> = {}): Preview {
  return { stack: "dev", project: "moor", kind: "update", result: "succeeded", config, steps, isComplete: true, diagnostics: [] };
}

const suffix = step("suffix", "random:index/randomString:RandomString", "owner1", { length: 6 }, { length: 6, result: "owner1" });
const inputsOf = (preview: Preview, name: string) => normalised(preview).steps.find((one) => one.name === name)?.after?.inputs;

test("Text of the stack file is kept, even if it contains the suffix.", () => {
  const tags = { owner: "co-owner1", team: "owner1s", chat: "chat-dev-owner1" };
  const preview = previewWith([suffix, step("a", "azure-native:storage:StorageAccount", undefined, { accountName: "stdevowner1", tags })], {
    "moor:platform": JSON.stringify({ tags: { owner: "co-owner1" } }),
  });
  expect(inputsOf(preview, "a")).toEqual({
    accountName: "stdevsuffix",
    tags: { owner: "co-owner1", team: "owner1s", chat: "chat-dev-suffix" },
  });
});

test("The principals and subscriptions of the stack file are kept, and those that Azure generated are replaced.", () => {
  const [person, identity] = [invoker, "7dc5098a-2ccc-40db-92bd-363ca4d10328"];
  const [own, other] = ["aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"];
  const id = (subscription: string, rest: string) => `/subscriptions/${subscription}/resourceGroups/rg/providers/${rest}`;
  const preview = previewWith(
    [
      step("id", "azure-native:managedidentity:UserAssignedIdentity", id(own, "a/b/id"), {}, { principalId: identity }),
      step("role", "azure-native:authorization:RoleAssignment", id(own, "a/b/role"), { principalId: identity, scope: id(own, "a/b/c") }),
      step("caller", "azure-native:authorization:RoleAssignment", id(own, "a/b/caller"), {
        principalId: person,
        scope: id(other, "a/b/c"),
      }),
    ],
    { "moor:endpoints": JSON.stringify({ chat: { invokers: [person] } }), "moor:platform": JSON.stringify({ logs: id(other, "a/b/c") }) },
  );
  const replaced = inputsOf(preview, "role")?.principalId;
  expect(replaced).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(replaced).not.toBe(identity);
  expect(normalised(preview).steps.find(({ name }) => name === "id")?.after?.outputs).toEqual({ principalId: replaced });
  expect(inputsOf(preview, "role")?.scope).toBe(id("00000000-0000-0000-0000-000000000000", "a/b/c"));
  expect(inputsOf(preview, "caller")).toEqual({ principalId: person, scope: id(other, "a/b/c") });
});
