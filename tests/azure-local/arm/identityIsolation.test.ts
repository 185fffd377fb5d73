// Proves how the isolation scope of an identity behaves at each API version, and that a regional identity can't be assigned in another region.
// Doesn't prove that Azure resets it when a PUT at an older version omits it: that is an inference, which can be switched off.
import type { ArmOptions } from "../../../azure-local/arm";
import { Caller } from "./client";
import { bodies, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

const OLD = "2023-01-31";
const NEW = "2024-11-30";
const IDENTITY = "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one";

let caller: Caller;
afterEach(() => caller.stop());

async function start(options: Partial<ArmOptions> = {}): Promise<void> {
  caller = await Caller.start(options);
  await caller.made(paths.group, bodies(caller).group);
}

function write(isolationScope: string | undefined, apiVersion: string) {
  const { identity } = bodies(caller);
  return caller.send(
    "PUT",
    IDENTITY,
    isolationScope === undefined ? identity : { ...identity, properties: { isolationScope } },
    apiVersion,
  );
}

async function read(apiVersion = NEW): Promise<unknown> {
  return (await caller.send("GET", IDENTITY, undefined, apiVersion)).body.properties.isolationScope;
}

test("It is None by default, and an older version neither sets nor returns it.", async () => {
  await start();
  expect((await write(undefined, NEW)).body.properties.isolationScope).toBe("None");
  expect((await write("Regional", NEW)).body.properties).toMatchObject({ isolationScope: "Regional", principalId: expect.any(String) });
  expect([await read(), await read(OLD)]).toEqual(["Regional", undefined]);
});

test("A PUT at an older version resets it; with this behavior switched off, it keeps its value.", async () => {
  const after = async (options: Partial<ArmOptions>) => {
    await start(options);
    await write("Regional", NEW);
    await write(undefined, OLD);
    const value = await read();
    await caller.stop();
    return value;
  };
  expect([await after({}), await after({ withoutRules: ["older-version-resets"] })]).toEqual(["None", "Regional"]);
});

test("A regional identity can be assigned only in its region.", async () => {
  await start();
  await write("Regional", NEW);
  const { storage } = bodies(caller);
  const assigned = (location: string) => {
    const identity = { type: "UserAssigned", userAssignedIdentities: { [caller.id(IDENTITY)]: {} } };
    return { ...but(storage, "location", location), identity };
  };
  const answer = await caller.put(paths.storage, assigned("westeurope"));
  expect([answer.status, answer.body.error.code, answer.body.error.message]).toEqual([
    400,
    "FailedIdentityOperation",
    expect.stringContaining("has the isolation scope Regional and can't be assigned to a resource in westeurope."),
  ]);
  expect((await caller.put(paths.storage, assigned("Sweden Central"))).status).toBe(201);
});
