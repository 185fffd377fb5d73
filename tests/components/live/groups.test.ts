// Proves that a stack which exists in one region is not created in another one, and that the program reports the fix. Doesn't prove
// that Azure filters by tag like the small resource manager here: tests/azure-local/arm/protocol.test.ts does for the simulator.

// Before Pulumi's runtime, which reads the folder on load.
import "../rootDirectory";

import { stackElsewhere } from "../../../components/live/groups";
import { armClient, serveAzure, serveScript } from "../../azure/fakeArm";
import { SUBSCRIPTION } from "../recorder";
import { runStack } from "../shippedStacks";

afterEach(() => jest.restoreAllMocks());

const list = `/subscriptions/${SUBSCRIPTION}/resourceGroups`;
const group = (location: string, name = `moor-dev-${location}`) => ({ id: `${list}/${name}`, name, location });

/** Returns the result if these groups have the tag of the stack, or if Azure returns a status. */
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
  ["it is in this region, in Azure's form of the name", [group("West Europe")]],
  ["there is also one in this region", [group("swedencentral"), group("westeurope")]],
  ["the group has another name, so the stack didn't create it", [group("swedencentral", "hub")]],
])("nothing is found if %s", async (_, groups) => {
  expect((await found(groups)).elsewhere).toBeUndefined();
});

test("if groups can't be listed, the preview warns and continues", async () => {
  const { elsewhere, warnings } = await found(403);
  expect(elsewhere).toBeUndefined();
  expect(warnings).toEqual([
    "Can't list the resource groups of the subscription (Azure returned 403), so Moor can't check whether this stack exists in another region. To check it, assign the role Reader on the subscription to the identity of this run.",
  ]);
});

test("the program ends before it creates resources in the other region", async () => {
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
