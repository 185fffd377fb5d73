// Proves with the real engine that the preview reads adopted resources and reports all their errors once, and that a stack with valid
// adopted resources is deployed. tests/components/workspace/adopted.test.ts proves which problems are found.
import { acceptances } from "../support/acceptances";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

test("A preview on adopted resources reports all their errors once; after they are fixed, the stack is deployed.", async () => {
  const group = `/subscriptions/${sandbox.azure.subscriptionId}/resourceGroups/hub`;
  const registryId = `${group}/providers/Microsoft.ContainerRegistry/registries/central`;
  const logsId = (name: string) => `${group}/providers/Microsoft.OperationalInsights/workspaces/${name}`;
  const put = async (id: string, apiVersion: string, body: object) =>
    expect((await sandbox.arm("PUT", id, apiVersion, body)).ok).toBe(true);
  const place = { location: "swedencentral" };
  await put(group, "2024-03-01", place);
  await put(registryId, "2023-01-01-preview", { ...place, sku: { name: "Standard" } });
  await put(logsId("distant"), "2023-09-01", { location: "westeurope", properties: {} });
  await put(logsId("nearby"), "2023-09-01", { ...place, properties: {} });
  const stackFile = (logs: string) =>
    sandbox.edit("dev", [
      [["moor:platform", "imageRegistry"], registryId],
      [["moor:platform", "logs"], logsId(logs)],
      [["moor:accept"], [...acceptances("MOOR425"), { ...acceptances()[0]!, code: "MOOR416", resource: registryId }]],
    ]);

  const refused = await sandbox.run("preview", "dev", { stackFile: stackFile("distant") });
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain("1 problem with adopted resources.");
  expect(refused.output.split("Its tier is Standard. Required: Premium")).toHaveLength(2);
  expect(refused.output).not.toMatch(/unhandled|\bat .*\.ts:\d/);

  await put(registryId, "2023-01-01-preview", { ...place, sku: { name: "Premium" } });
  for (const verb of ["preview", "up"]) {
    const before = sandbox.requests().length;
    const { code, output } = await sandbox.run(verb, "dev", { stackFile: stackFile("distant") });
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(`MOOR401 ${logsId("distant")} location\n`) });
    const written = sandbox.requests().slice(before);
    expect(written.filter(({ method }) => method === "PUT")).toEqual([]);
  }
  const sound = stackFile("nearby");
  expect(await sandbox.run("up", "dev", { stackFile: sound })).toEqual({ code: 0, output: expect.any(String) });
  expect(await sandbox.run("preview", "dev", { stackFile: sound, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
});
