// Proves with the real engine that a preview and an update show one warning with all risks, that `destroy` of an endpoint with traffic
// works, and that `stack output --json` contains the required outputs. Doesn't prove each risk and its text: see tests/planner/risks.
import { acceptances } from "../support/acceptances";
import { quick } from "./quick";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
/** For runs that end with a report, because they exit their process. */
let ordinary: Sandbox;
beforeAll(async () => {
  ordinary = await openSandbox();
  sandbox = quick(ordinary);
});
afterAll(() => sandbox.close());

/** The text of each warning at the end of a run: a headline and the lines below it. The hashes in the names of deployments are left out. */
function warnings(output: string): string[] {
  const lines = output
    .slice(output.indexOf("\nDiagnostics:"))
    .split("\n")
    .map((line) => line.replace(/^ {4}/, ""));
  const starts = lines.flatMap((line, index) => (line.startsWith("warning: ") ? [index] : []));
  return starts.map((start) => {
    const length = lines.slice(start + 1).findIndex((line) => !line.startsWith("  - "));
    return lines
      .slice(start, start + 1 + length)
      .join("\n")
      .replace(/^warning: /, "")
      .replaceAll(/\b(main|candidate)-[0-9a-f]{8}\b/g, "$1");
  });
}

const hub =
  "  - Weights from outside the residency: chat/main downloads weights from Hugging Face at each start. To start from weights that are staged in the region, set `source: mirror`.";

const fraud = {
  auth: "key",
  deployments: { main: { score: { path: "./docker/score" }, size: "Standard_DS3_v2", instances: 1, weight: 100 } },
};

test("a preview refuses to delete an endpoint with traffic unless an entry accepts it, and `destroy` works", async () => {
  const both = sandbox.edit("dev", [
    [["moor:endpoints", "fraud"], fraud],
    [["moor:images", "score"], `moor/score@sha256:${"cd".repeat(32)}`],
  ]);
  const first = await sandbox.run("preview", "dev", { stackFile: both });
  expect({ code: first.code, warnings: warnings(first.output) }).toEqual({ code: 0, warnings: [`Stack dev: 1 risk.\n${hub}`] });
  const up = await sandbox.run("up", "dev", { stackFile: both });
  expect({ code: up.code, warnings: warnings(up.output) }).toEqual({ code: 0, warnings: [`Stack dev: 1 risk.\n${hub}`] });

  const [name] = sandbox.resources().flatMap((id) => /\/onlineendpoints\/(fraud-dev-[a-z0-9]{6})$/.exec(id)?.[1] ?? []);
  const warning = expect.stringMatching(
    new RegExp(
      `^Stack dev: 2 risks, most severe first\\.\\n {2}- An endpoint with traffic will be deleted: ${name} serves requests \\(main 100%\\) and is not in the stack file\\.`,
    ),
  );
  const id = sandbox.azure.resources().find((resource) => resource.id.endsWith(`/${name}`))!.id;
  const refused = await ordinary.run("preview", "dev");
  expect({ code: refused.code, warnings: warnings(refused.output) }).toEqual({ code: 1, warnings: [warning] });
  expect(refused.output).toContain(`MOOR526 ${id} properties.traffic\n`);
  const entry = (until: string) => ({ code: "MOOR526", resource: id, reason: "Its callers have moved.", until });
  const accept = (until: string) => sandbox.edit("dev", [[["moor:accept"], [...acceptances("MOOR425"), entry(until)]]]);
  const expired = await ordinary.run("preview", "dev", { stackFile: accept("2020-01-01") });
  expect(expired).toMatchObject({
    code: 1,
    output: expect.stringContaining("The acceptance expired on 2020-01-01: Its callers have moved."),
  });
  const accepted = await sandbox.run("preview", "dev", { stackFile: accept("2999-12-31") });
  expect({ code: accepted.code, warnings: warnings(accepted.output) }).toEqual({ code: 0, warnings: [warning] });
  expect(accepted.output).toContain("to delete");

  const destroyed = await sandbox.run("destroy", "dev");
  expect({ code: destroyed.code, output: destroyed.output }).toEqual({ code: 0, output: expect.stringMatching(/- \d+ deleted/) });
});

test("`stack output --json` of prod contains resources, URLs, commands and client settings, and no secret", async () => {
  const first = await sandbox.run("up", "prod");
  // Placeholder images are not reported: stand-ins answer here, and no image is pulled.
  const share = /^Stack prod: 1 risk\.\n {2}- Traffic above capacity: chat\/candidate receives 10%/;
  expect({ code: first.code, warnings: warnings(first.output) }).toEqual({ code: 0, warnings: [expect.stringMatching(share)] });
  const workspaceId = sandbox.azure.resources().find(({ type }) => /workspaces$/i.test(type) && /MachineLearning/i.test(type))!.id;
  const datastore = {
    properties: {
      datastoreType: "AzureBlob",
      accountName: "x",
      containerName: "abc-azureml-blobstore",
      credentials: { credentialsType: "None" },
    },
  };
  expect((await sandbox.arm("PUT", `${workspaceId}/datastores/workspaceblobstore`, "2025-12-01", datastore)).ok).toBe(true);
  expect(await sandbox.run("up", "prod")).toMatchObject({ code: 0 });

  const text = await sandbox.pulumiQuietly(["stack", "output", "--json", "--stack", "prod"]);
  const outputs = JSON.parse(text) as Record<string, Record<string, unknown>>;
  const id = (rest: string) =>
    expect.stringMatching(new RegExp(`^/subscriptions/[^/]+/resourceGroups/moor-prod-swedencentral/providers/${rest}$`));
  expect(outputs.platform).toEqual({
    resourceGroup: "moor-prod-swedencentral",
    network: {
      id: id("Microsoft.Network/virtualNetworks/vnet-prod-\\w{6}"),
      subnetId: id("Microsoft.Network/virtualNetworks/vnet-prod-\\w{6}/subnets/private-endpoints"),
    },
    workspace: {
      id: id("Microsoft.MachineLearningServices/workspaces/mlw-prod-\\w{6}"),
      name: expect.stringMatching(/^mlw-prod-\w{6}$/),
      resourceGroup: "moor-prod-swedencentral",
    },
    registry: {
      id: id("Microsoft.ContainerRegistry/registries/crprod\\w{6}"),
      name: expect.stringMatching(/^crprod\w{6}$/),
      loginServer: expect.stringMatching(/^crprod\w{6}\.azurecr\.io$/),
    },
    storage: {
      id: id("Microsoft.Storage/storageAccounts/stprod\\w{6}"),
      account: expect.stringMatching(/^stprod\w{6}$/),
      container: "abc-azureml-blobstore",
    },
    logs: { id: id("Microsoft.OperationalInsights/workspaces/log-prod-\\w{6}"), name: expect.stringMatching(/^log-prod-\w{6}$/) },
  });
  expect(outputs.residency).toEqual({
    geography: "Sweden",
    countries: [],
    regions: ["swedencentral", "swedensouth"],
    accepted: [
      { code: "MOOR430", resource: "*", until: "2029-12-31" },
      { code: "MOOR445", resource: "platform-logs", until: "2029-12-31" },
      { code: "MOOR445", resource: "platform-app-insights", until: "2029-12-31" },
    ],
  });
  const { chat, fraud: score } = outputs.endpoints as Record<string, Record<string, unknown>>;
  expect(Object.keys(chat!).sort()).toEqual([
    "auth",
    "client",
    "deployments",
    "gate",
    "id",
    "name",
    "openaiBaseUrl",
    "scoringUri",
    "tokenCommand",
  ]);
  expect(Object.keys(score!).sort()).toEqual(["auth", "client", "deployments", "gate", "id", "keyCommand", "name", "scoringUri"]);
  expect(chat!.client).toMatchObject({ task: "chat", model: "chat", maxTokens: 1292, timeoutSeconds: 190 });
  expect(text).not.toMatch(/"plaintext"|hf_|primaryKey|\[secret\]/);
});
