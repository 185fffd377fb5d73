// Proves that a stack which exists in one region is not created in another one, and that the program says what to do instead. Doesn't prove
// that Azure filters by tag as the small resource manager here shows it: tests/azure-local/arm/protocol.test.ts does for the simulator.

// Before Pulumi's runtime, which reads the folder when it is loaded.
import "../rootDirectory";

import { stackElsewhere } from "../../../components/live/groups";
import { armClient, serveAzure, serveScript } from "../../azure/fakeArm";
import { SUBSCRIPTION } from "../recorder";
import { runStack } from "../shippedStacks";

afterEach(() => jest.restoreAllMocks());

const list = `/subscriptions/${SUBSCRIPTION}/resourceGroups`;
const group = (location: string, name = `moor-dev-${location}`) => ({ id: `${list}/${name}`, name, location });

/** What is found in Azure while these groups have the tag of the stack, or Azure answers with a status. */
async function found(answer: readonly object[] | number) {
  const warn = jest.fn();
  const azure = await serveScript([typeof answer === "number" ? { status: answer } : { status: 200, body: { value: answer } }]);
  const place = { subscriptionId: SUBSCRIPTION, stack: "dev", location: "westeurope" };
  const elsewhere = await stackElsewhere(armClient(), place, warn).finally(() => azure.close());
  return { elsewhere, calls: azure.calls, warnings: warn.mock.calls.map(([text]) => text) };
}

test("a group of the stack in another region is found by its tag", async () => {
  const { elsewhere, calls } = await found([group("swedencentral")]);
  expect(elsewhere).toEqual({ name: "moor-dev-swedencentral", location: "swedencentral" });
  const filter = "tagName eq 'moor-stack' and tagValue eq 'dev'";
  expect(calls.map(decodeURIComponent)).toEqual([`GET ${list}?api-version=2024-03-01&$filter=${filter}`]);
});

test.each<[string, readonly object[]]>([
  ["there is none", []],
  ["it is in this region, however Azure writes that", [group("West Europe")]],
  ["there is one in this region as well", [group("swedencentral"), group("westeurope")]],
  ["it is a group of another name, which the stack didn't create", [group("swedencentral", "hub")]],
])("nothing is found where %s", async (_, groups) => {
  expect((await found(groups)).elsewhere).toBeUndefined();
});

test("where groups can't be listed, the preview says so and goes on", async () => {
  const { elsewhere, warnings } = await found(403);
  expect(elsewhere).toBeUndefined();
  expect(warnings).toEqual([
    "Resource groups of the subscription can't be listed (Azure answered 403), so it is not known whether this stack exists in another region.",
  ]);
});

test("the program ends before it creates anything in the other region", async () => {
  const errors: string[] = [];
  jest.spyOn(console, "error").mockImplementation((text) => errors.push(String(text)));
  const ended = new Promise<unknown>((resolve) => {
    jest.spyOn(process, "exit").mockImplementation((code) => {
      resolve(code);
      return new Promise(() => {}) as never;
    });
  });
  const azure = await serveAzure({ [list]: { value: [group("westeurope")] } });
  try {
    void runStack("dev", { preview: true });
    expect(await ended).toBe(32);
  } finally {
    await azure.close();
  }
  expect(azure.reads).toContain(list);
});
