// Proves that a workspace has its default datastore without a request that creates it, and that its container can be the scope of a role. Doesn't prove
// the other default datastores, which nothing reads.
import { Caller } from "./client";
import { bodies, paths } from "./platform";

const contributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
const datastore = `${paths.workspace}/datastores/workspaceblobstore`;

let caller: Caller;
beforeAll(async () => {
  caller = await Caller.start();
  const all = bodies(caller);
  for (const name of ["group", "logs", "insights", "storage", "vault", "registry", "workspace"] as const)
    await caller.made(paths[name], all[name]);
});
afterAll(() => caller.stop());

interface Shown {
  readonly properties: { readonly accountName: string; readonly containerName: string };
}

test("The datastore names the account of the workspace and a container in which a role can be assigned", async () => {
  const { status, body } = await caller.send("GET", datastore);
  const { accountName, containerName } = (body as unknown as Shown).properties;
  expect([status, accountName]).toEqual([200, "storage01"]);
  expect(containerName).toMatch(/^azureml-blobstore-[0-9a-f-]{36}$/);
  const assignment = (container: string) =>
    caller.send(
      "PUT",
      `${paths.storage}/blobServices/default/containers/${container}/providers/Microsoft.Authorization/roleAssignments/11111111-0000-4000-8000-00000000000${container.length % 10}`,
      {
        properties: {
          principalId: "33333333-3333-4333-8333-333333333333",
          principalType: "ServicePrincipal",
          roleDefinitionId: caller.id(`/providers/Microsoft.Authorization/roleDefinitions/${contributor}`),
        },
      },
    );
  expect((await assignment(containerName)).status).toBe(201);
  expect((await assignment("another")).status).toBe(404);
});

test("A workspace that doesn't exist has no datastore", async () => {
  expect((await caller.send("GET", datastore.replace("/workspaces/workspace/", "/workspaces/other/"))).status).toBe(404);
});
