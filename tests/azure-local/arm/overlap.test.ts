// Overlapping operations are rejected on the fast clock too: an operation is open until its first poll, or for 50 milliseconds. Doesn't
// test which operations can overlap in Azure: each rule has a source.
import { type Answer, Caller, fastClock, type Parsed } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

const NEXT_ENDPOINT = paths.endpoint.replace("chat-dev", "next-dev");
const NEXT = paths.deployment.replace("main-1", "main-2");
const THIRD = paths.deployment.replace("main-1", "main-3");
const rule = (name: string) => `${paths.workspace}/outboundRules/${name}`;
const subnet = (name: string) => paths.subnet.replace("endpoints", name);
const fqdn = (destination: string) => ({ properties: { type: "FQDN", destination } });

let platform: Caller;
let caller: Caller;
beforeAll(async () => {
  platform = await Caller.start();
  await buildPlatform(platform);
});
afterAll(() => platform.stop());
beforeEach(async () => {
  caller = await platform.fork({ clock: fastClock(platform.clock.now()) });
});
afterEach(() => caller.stop());

const outcomeOf = ({ status, body }: Answer) => (status < 300 ? String(status) : `${status} ${body.error.code}`);
const poll = async (answer: Answer) => ((await (await fetch(answer.headers.get("azure-asyncoperation")!)).json()) as Parsed).status;

type Step = readonly [method: string, path: string, body: (all: ReturnType<typeof bodies>) => unknown];
const none = () => undefined;
const PAIRS: readonly (readonly [string, Step, Step, string])[] = [
  [
    "a deployment right after its endpoint",
    ["PUT", NEXT_ENDPOINT, ({ endpoint }) => endpoint],
    ["PUT", `${NEXT_ENDPOINT}/deployments/main-1`, ({ deployment }) => deployment],
    "409 Conflict",
  ],
  [
    "a second deployment during the creation of another",
    ["PUT", NEXT, ({ deployment }) => deployment],
    ["PUT", THIRD, ({ deployment }) => deployment],
    "409 Conflict",
  ],
  [
    "the endpoint during the creation of a deployment",
    ["PUT", NEXT, ({ deployment }) => deployment],
    ["PUT", paths.endpoint, ({ endpoint }) => endpoint],
    "409 Conflict",
  ],
  [
    "a deletion during another change",
    ["PUT", paths.endpoint, ({ endpoint }) => endpoint],
    ["DELETE", paths.deployment, none],
    "409 Conflict",
  ],
  ["a new deployment during a deletion", ["DELETE", paths.deployment, none], ["PUT", NEXT, ({ deployment }) => deployment], "409 Conflict"],
  [
    "a second outbound rule during the creation of another",
    ["PUT", rule("one"), () => fqdn("one.example.com")],
    ["PUT", rule("two"), () => fqdn("two.example.com")],
    "409 Conflict",
  ],
  [
    "a second subnet during the creation of another",
    ["PUT", subnet("one"), () => ({ properties: { addressPrefix: "10.40.1.0/29" } })],
    ["PUT", subnet("two"), () => ({ properties: { addressPrefix: "10.40.2.0/29" } })],
    "409 AnotherOperationInProgress",
  ],
  [
    "the same resource twice",
    ["PUT", paths.registry, ({ registry }) => registry],
    ["PUT", paths.registry, ({ registry }) => registry],
    "409 AnotherOperationInProgress",
  ],
  [
    "a child of a parent that is being written",
    ["PUT", paths.workspace, ({ workspace }) => workspace],
    ["PUT", rule("one"), () => fqdn("one.example.com")],
    "409 Conflict",
  ],
  [
    "a resource of a group that is being deleted",
    ["DELETE", paths.group, none],
    ["PUT", paths.registry, ({ registry }) => registry],
    "409 ResourceGroupBeingDeleted",
  ],
];

const send = ([method, path, body]: Step) => caller.send(method, path, body(bodies(caller)));

describe("is rejected while the other is open", () => {
  test.each(PAIRS)("%s", async (_title, first, second, rejection) => {
    expect((await send(first)).status).toBeLessThan(300);
    expect(outcomeOf(await send(second))).toBe(rejection);
  });

  test("two outbound rules in parallel: one is accepted", async () => {
    const answers = await Promise.all(["one", "two"].map((name) => caller.put(rule(name), fqdn(`${name}.example.com`))));
    expect(answers.map(outcomeOf).sort()).toEqual(["201", "409 Conflict"]);
  });
});

describe("is accepted", () => {
  const independent = PAIRS.filter(([title]) => !title.includes("group"));

  test.each(independent)("after the first poll: %s", async (_title, first, second) => {
    const answer = await send(first);
    expect(await poll(answer)).toBe("Succeeded");
    expect((await send(second)).status).toBeLessThan(300);
  });

  test.each(independent)("after a GET of the resource: %s", async (_title, first, second) => {
    await send(first);
    expect((await caller.get(first[1])).status).toBe(first[0] === "DELETE" ? 404 : 200);
    expect((await send(second)).status).toBeLessThan(300);
  });

  test.each(independent)("50 milliseconds later without a poll: %s", async (_title, first, second) => {
    await send(first);
    caller.clock.advance(0.05);
    expect((await send(second)).status).toBeLessThan(300);
  });
});

test("a template deployment completes at its first poll, with all its resources", async () => {
  const names = ["storage71", "storage72"];
  const resources = names.map((name, index) => ({
    type: "Microsoft.Storage/storageAccounts",
    apiVersion: "2024-01-01",
    name,
    ...bodies(caller).storage,
    dependsOn: index === 0 ? [] : ["storage71"],
  }));
  const template = { $schema: "https://schema.management.azure.com/x", contentVersion: "1.0.0.0", resources };
  const answer = await caller.put("/resourceGroups/rg/providers/Microsoft.Resources/deployments/two", {
    properties: { mode: "Incremental", template },
  });
  expect(await poll(answer)).toBe("Succeeded");
  for (const name of names) expect((await caller.get(paths.storage.replace("storage01", name))).status).toBe(200);
});
