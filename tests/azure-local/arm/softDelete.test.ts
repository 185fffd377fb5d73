// Soft-deleted resources: retention, recovery and purge, on the fast clock too, because it doesn't change retention periods.
// Doesn't test that a recovered Azure ML workspace or Log Analytics workspace has its data: the simulator stores no data.
import { realClock } from "../../../azure-local/arm";
import { type Answer, Caller, fastClock } from "./client";
import { bodies, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

const DAY = 24 * 3600;
const DELETED_VAULT = "/providers/Microsoft.KeyVault/locations/swedencentral/deletedVaults/vault01";
const KINDS = ["vault", "workspace"] as const;

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start({ clock: fastClock() });
  for (const name of ["group", "logs", "insights", "storage", "vault", "registry"] as const) await make(name);
});
afterEach(() => caller.stop());

type Name = Exclude<keyof typeof paths, "subnet">;
/** Deletes and creates wait for their operation as clients do. The clock isn't advanced. */
const make = async (name: Name, body: object = bodies(caller)[name]) => settled(await caller.put(paths[name], body));
const remove = async (name: Name, query = "") => settled(await caller.send("DELETE", `${paths[name]}${query}`));
const rejection = ({ status, body }: Answer) => `${status} ${body?.error?.code}`;

async function settled(answer: Answer): Promise<Answer> {
  const url = answer.headers.get("azure-asyncoperation");
  if (url) expect(await (await fetch(url)).json()).toMatchObject({ status: "Succeeded" });
  return answer;
}

describe("the name of a deleted key vault or Azure ML workspace is reserved on the fast clock", () => {
  const conflict = { vault: "409 ConflictError", workspace: "409 Conflict" };

  test.each([
    ["vault", 90],
    ["workspace", 14],
  ] as const)("%s: for %i days", async (name, days) => {
    if (name === "workspace") await make(name);
    await remove(name);
    expect(rejection(await caller.put(paths[name], bodies(caller)[name]))).toBe(conflict[name]);
    caller.clock.advance(days * DAY - 3600);
    expect(rejection(await caller.put(paths[name], bodies(caller)[name]))).toBe(conflict[name]);
    caller.clock.advance(3600);
    expect((await caller.put(paths[name], bodies(caller)[name])).status).toBe(201);
  });

  test("the retention period of the vault applies", async () => {
    const vault = paths.vault.replace("vault01", "vault02");
    const body = but(bodies(caller).vault, "properties/softDeleteRetentionInDays", 7);
    await settled(await caller.put(vault, body));
    await settled(await caller.delete(vault));
    caller.clock.advance(7 * DAY - 60);
    expect(rejection(await caller.put(vault, body))).toBe("409 ConflictError");
    caller.clock.advance(60);
    expect((await caller.put(vault, body)).status).toBe(201);
  });

  test.each(KINDS)("%s: also after the deletion of its resource group", async (name) => {
    if (name === "workspace") await make(name);
    await remove("group");
    await make("group");
    for (const needed of ["logs", "insights", "storage", "registry"] as const) await make(needed);
    if (name === "workspace") await make("vault", but(bodies(caller).vault, "properties/createMode", "recover"));
    expect(rejection(await caller.put(paths[name], bodies(caller)[name]))).toBe(conflict[name]);
  });

  test.each([1, 600, Number.POSITIVE_INFINITY])("at speed %d", async (speed) => {
    const scaled = await Caller.start({ clock: { ...caller.clock, millisecondsFor: realClock(speed).millisecondsFor } });
    try {
      for (const name of ["group", "vault"] as const) await scaled.made(paths[name], bodies(scaled)[name]);
      await scaled.outcome(await scaled.delete(paths.vault));
      scaled.clock.advance(89 * DAY);
      expect(rejection(await scaled.put(paths.vault, bodies(scaled).vault))).toBe("409 ConflictError");
    } finally {
      await scaled.stop();
    }
  });
});

describe("a purge frees the name", () => {
  test("of a key vault, unless it has purge protection", async () => {
    await remove("vault");
    expect((await caller.get(DELETED_VAULT)).body.properties.scheduledPurgeDate.slice(0, 10)).toBe(
      new Date(caller.clock.now() + 90 * DAY * 1000).toISOString().slice(0, 10),
    );
    expect((await caller.post(`${DELETED_VAULT}/purge`)).status).toBe(200);
    const protectedBody = but(bodies(caller).vault, "properties/enablePurgeProtection", true);
    expect((await make("vault", protectedBody)).status).toBe(201);
    await remove("vault");
    expect(rejection(await caller.post(`${DELETED_VAULT}/purge`))).toBe("409 DeletedVaultPurge");
    expect(rejection(await caller.put(paths.vault, protectedBody))).toBe("409 ConflictError");
  });

  test("of an Azure ML workspace with forceToPurge, at its deletion or later", async () => {
    await make("workspace");
    await remove("workspace", "?forceToPurge=true");
    expect((await make("workspace")).status).toBe(201);
    await remove("workspace");
    expect((await remove("workspace", "?forceToPurge=true")).status).toBe(204);
    expect((await make("workspace")).status).toBe(201);
  });

  test("each type has a different parameter for it", async () => {
    await remove("vault", "?forceToPurge=true");
    expect(rejection(await caller.put(paths.vault, bodies(caller).vault))).toBe("409 ConflictError");
  });
});

test("a recovered vault has its secrets, and secrets that were deleted before the vault remain deleted", async () => {
  const secret = (name: string) => `${paths.vault}/secrets/${name}`;
  for (const name of ["kept", "gone"]) await caller.put(secret(name), { properties: { value: "hf_1" } });
  const before = (await caller.get(secret("kept"))).body;
  await caller.delete(secret("gone"));
  await remove("vault");
  expect((await make("vault", but(bodies(caller).vault, "properties/createMode", "recover"))).status).toBe(201);
  expect((await caller.get(secret("kept"))).body).toEqual(before);
  expect((await caller.get(secret("gone"))).status).toBe(404);
});

describe("a blob container", () => {
  const container = `${paths.storage}/blobServices/default/containers/models`;

  test("reserves its name for 30 seconds after its deletion", async () => {
    await caller.put(container, {});
    await caller.delete(container);
    caller.clock.advance(29);
    expect(rejection(await caller.put(container, {}))).toBe("409 ContainerBeingDeleted");
    caller.clock.advance(1);
    expect((await caller.put(container, {})).status).toBe(201);
  });

  test("doesn't reserve its name if its account is deleted", async () => {
    await caller.put(container, {});
    await remove("storage");
    await make("storage");
    expect((await caller.put(container, {})).status).toBe(201);
  });
});

describe("a Log Analytics workspace", () => {
  const elsewhere = () => but(bodies(caller).logs, "location", "germanywestcentral");

  test("is recovered by creating it again in the same group and region, and is new after 14 days", async () => {
    const { customerId } = (await caller.get(paths.logs)).body.properties;
    await remove("logs");
    expect((await make("logs")).status).toBe(201);
    expect((await caller.get(paths.logs)).body.properties.customerId).toBe(customerId);
    await remove("logs");
    caller.clock.advance(14 * DAY);
    await make("logs");
    expect((await caller.get(paths.logs)).body.properties.customerId).not.toBe(customerId);
  });

  test("reserves its name for 14 days: another region is rejected", async () => {
    await remove("logs");
    expect((await caller.put(paths.logs, elsewhere())).body.error).toEqual({
      code: "Conflict",
      target: "name",
      message: expect.stringContaining("The workspace name 'logs' is not unique"),
    });
    caller.clock.advance(14 * DAY);
    expect((await caller.put(paths.logs, elsewhere())).status).toBe(201);
  });

  test("is deleted permanently with force=true", async () => {
    await remove("logs", "?force=true");
    expect((await caller.put(paths.logs, elsewhere())).status).toBe(201);
  });
});
