// Proves with the real engine that a deployment which Azure could not start is deleted before it is created again, and that the previous
// deployment serves all the time. The cause is a missing role assignment; the rules of the simulator contain other causes.
import { quick } from "./quick";
import { endpointOf, moor, revision, serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = quick(await openSandbox());
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
});
afterAll(() => sandbox.close());

test("A deployment that failed because of a missing role is recreated once the role is assigned again.", async () => {
  const before = await serving(sandbox);
  const owned = await sandbox.resources();
  const registry = owned.find((id) => /\/microsoft\.containerregistry\/registries\/[^/]+$/.test(id))!;
  // The registry's role assignments: those of the workspace, and AcrPull of the endpoint identity.
  const roles = owned.filter((id) => id.startsWith(`${registry}/providers/microsoft.authorization/roleassignments/`));
  for (const id of roles) expect((await sandbox.arm("DELETE", id, "2022-04-01")).ok).toBe(true);

  const stackFile = sandbox.edit("dev", [revision("7")]);
  const failed = await sandbox.run("up", "dev", { stackFile });
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain("AcrPull");
  expect((await serving(sandbox)).traffic).toEqual(before.traffic);
  expect((await serving(sandbox)).deployments).toHaveLength(2);

  const recovered = await moor(sandbox, "recover", "-s", "dev", "--local");
  expect(recovered).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Failed in Azure and removed from the state, so that `up` recreates them: main-\w{8}\./),
  });
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringContaining("has failed and must be deleted before it can be created again"),
  });
  const { deployments, traffic } = await serving(sandbox);
  expect(deployments).toHaveLength(1);
  expect(traffic).toEqual({ [deployments[0]!]: 100 });
  const shown = await (await sandbox.arm("GET", `${await endpointOf(sandbox)}/deployments/${deployments[0]}`, "2025-12-01")).json();
  expect(shown).toMatchObject({ properties: { provisioningState: "Succeeded" } });
  expect(await sandbox.run("preview", "dev", { stackFile, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
});
