// Proves with the real engine that changes to an endpoint outside the stack are shown, and that the next run reverts them after they are
// accepted. The simulator answers for Azure; the token of the Azure CLI is not used.
import { quick } from "./quick";
import { endpointOf, moor, serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = quick(await openSandbox());
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
});
afterAll(() => sandbox.close());

const drift = (...args: string[]) => moor(sandbox, "drift", "-s", "dev", "--local", ...args);

test("Changed traffic and a changed tag are shown, accepted into the state, and reverted by the next run.", async () => {
  expect(await drift()).toMatchObject({
    code: 0,
    output: expect.stringContaining("The endpoints in Azure match the last write of the stack."),
  });

  const before = await serving(sandbox);
  const [name] = before.deployments;
  const id = await endpointOf(sandbox);
  const { location, kind, identity, tags, properties } = (await (await sandbox.arm("GET", id, "2025-12-01")).json()) as Record<
    string,
    object
  >;
  const { authMode, publicNetworkAccess } = properties as Record<string, unknown>;
  const body = {
    location,
    kind,
    identity,
    tags: { ...(tags as object), owner: "another-team" },
    properties: { authMode, publicNetworkAccess },
  };
  expect((await sandbox.arm("PUT", id, "2025-12-01", body)).ok).toBe(true);

  const shown = await drift();
  expect(shown.code).toBe(1);
  expect(shown.output).toContain(`traffic: {} in Azure, {"${name}":100} in the last write of the stack`);
  expect(shown.output).toContain('tag owner: "another-team" in Azure, "ml-platform" in the last write of the stack');

  expect(await drift("--accept")).toMatchObject({ code: 0 });
  const preview = await sandbox.run("preview", "dev");
  expect(preview.output).toContain(`chat: traffic changes from none to ${name} 100%.`);
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
  expect(await serving(sandbox)).toEqual(before);
  expect(await drift()).toMatchObject({ code: 0 });
  expect(await sandbox.run("preview", "dev", { args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
});

test("A deleted endpoint is reported with a fix, and can't be accepted.", async () => {
  const id = await endpointOf(sandbox);
  expect((await sandbox.arm("DELETE", id, "2025-12-01")).ok).toBe(true);
  for (const more of [[], ["--accept"]]) {
    const { code, output } = await drift(...more);
    expect({ code, output: output.trim() }).toEqual({
      code: 1,
      output: `${id.split("/").at(-1)} was deleted in Azure. Run \`pulumi refresh\`, then \`pulumi up\`.`,
    });
  }
});
