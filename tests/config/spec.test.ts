/** Tests the specification of a checked stack. Doesn't prove what the components create from it. */
import fc from "fast-check";
import { checkStack } from "../../config/checkStack";
import { digest, goodSettings, rawStack, scoreDeployment, spoilt, subscription, type Tree, vllmDeployment } from "./stacks";

function specOf(settings: Tree) {
  const checked = checkStack(rawStack(settings));
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
}

test("defaults are filled in", () => {
  const { endpoints, ...rest } = specOf(goodSettings());
  expect(rest).toEqual({
    project: "moor",
    name: "dev",
    location: "swedencentral",
    residency: { geography: "Sweden", regions: ["swedencentral", "swedensouth"] },
    accept: [],
    platform: {
      network: { addressSpace: "10.40.0.0/22" },
      dns: "moor",
      privateEndpoints: "moor",
      diagnostics: "moor",
      roles: "moor",
      tags: {},
      policyTags: [],
      firewallSku: "Basic",
      logRetentionDays: 90,
      identityIsolationScope: "Regional",
      logQueries: "public",
      storageRedundancy: "LRS",
      operators: [],
    },
    quota: {},
    images: [{ reference: { repository: "moor/vllm", digest }, source: { kind: "existing" }, setting: "moor:images.vllm" }],
    skipped: [],
    decisionsFrom: "computed",
    notes: [
      "Moor recomputes all decisions at each run (moor:lock: none), so a newer version of Moor can change running deployments.",
      "The quota of NCADSA100v4 is not declared in moor:quota, so Moor can't check whether Azure granted the 24 vCPUs that this stack requires in swedencentral; by default, the quota of GPU families is 0.",
    ],
  });
  expect(endpoints).toHaveLength(1);
  expect(endpoints[0]).toMatchObject({ key: "chat", auth: "key", invokers: [], gate: "auto" });
  expect(endpoints[0]).not.toHaveProperty("name");
});

test("adopted resources are IDs, created ones are absent", () => {
  const ids = {
    workspace: `${subscription}/Microsoft.MachineLearningServices/workspaces/mlw`,
    imageRegistry: `${subscription}/microsoft.containerregistry/registries/acr`,
    logs: `${subscription}/Microsoft.OperationalInsights/workspaces/log`,
  };
  const subnetId = `${subscription}/Microsoft.Network/virtualNetworks/hub/subnets/endpoints`;
  const { platform } = specOf(spoilt((s) => (s["moor:platform"] = { network: { existing: { subnetId } }, ...ids, dns: "policy" })));
  expect(platform).toMatchObject({
    network: { subnetId },
    workspaceId: ids.workspace,
    imageRegistryId: ids.imageRegistry,
    logsId: ids.logs,
    dns: "policy",
  });
});

test("a region in the portal's spelling is converted to ARM's spelling", () => {
  expect(specOf(spoilt((s) => (s["azure-native:location"] = "Sweden Central"))).location).toBe("swedencentral");
});

test("a deployment with a scale starts with the minimum", () => {
  const settings = spoilt((s) => {
    const { instances: _, ...main } = vllmDeployment({ scale: { min: 2, max: 5 } });
    s["moor:endpoints"].chat.deployments = { main };
  });
  expect(specOf(settings).endpoints[0]?.deployments[0]).toMatchObject({ instances: 2, scale: { min: 2, max: 5 } });
});

test("a deployment without an image is skipped, and the others get its weight", () => {
  const settings = spoilt((s) => {
    delete s["moor:images"].vllm;
    s["moor:endpoints"].chat.deployments = { main: scoreDeployment({ weight: 70 }), own: vllmDeployment({ weight: 30 }) };
  });
  const { endpoints, skipped } = specOf(settings);
  expect(endpoints[0]?.deployments.map(({ label, weight }) => ({ label, weight }))).toEqual([{ label: "main", weight: 100 }]);
  expect(skipped).toEqual([
    {
      endpoint: "chat",
      label: "own",
      message: "Deployment chat/own is skipped: it has no image. Set `moor:images.vllm`.",
    },
  ]);
});

test("a score.py deployment can have a different image", () => {
  const settings = spoilt((s) => {
    const main = scoreDeployment();
    main.score.image = s["moor:images"].score.replace("moor/score", "fraud/score");
    s["moor:endpoints"].chat.deployments = { main };
  });
  expect(specOf(settings).endpoints[0]?.deployments[0]?.decision.image.repository).toBe("fraud/score");
});

test.each([
  [
    "Entra ID without invokers",
    { auth: "entra" },
    "Endpoint chat has no `invokers`, so this stack gives no caller permission to send requests to it.",
  ],
])("%s is allowed and noted", (_, change, note) => {
  expect(specOf(spoilt((s) => Object.assign(s["moor:endpoints"].chat, change))).notes).toContain(note);
});

test("a stack without endpoints is allowed, and noted", () => {
  expect(specOf(spoilt((s) => (s["moor:endpoints"] = {}))).notes).toContain("The stack has no endpoints. It creates only the platform.");
});

const weights = fc
  .array(fc.integer({ min: 0, max: 100 }), { minLength: 0, maxLength: 5 })
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 100])
  .map((cuts) => cuts.slice(1).map((cut, index) => cut - cuts[index]!));

const deployment = fc.oneof(
  fc
    .record({ context: fc.constantFrom("4k", "16K", 8192), concurrency: fc.integer({ min: 1, max: 10 }) })
    .map(({ context, concurrency }) => {
      const main = vllmDeployment();
      Object.assign(main.vllm, { context, concurrencyPerInstance: concurrency, servedName: "chat" });
      return main;
    }),
  fc.integer({ min: 1, max: 180 }).map((requestTimeout) => scoreDeployment({ requestTimeout })),
);

test("any valid stack file becomes a spec with the same weights", () => {
  fc.assert(
    fc.property(
      weights,
      fc.array(deployment, { minLength: 6, maxLength: 6 }),
      fc.integer({ min: 1, max: 50 }),
      (shares, engines, instances) => {
        const entries = shares.map((weight, index) => [`d${index}`, { ...engines[index], weight, instances }]);
        const { endpoints } = specOf(spoilt((s) => (s["moor:endpoints"].chat.deployments = Object.fromEntries(entries))));
        expect(endpoints[0]?.deployments.map(({ weight }) => weight)).toEqual(shares);
        expect(endpoints[0]?.deployments.every(({ decision }) => decision.name.length <= 32)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test("weights that don't sum to 0 or 100 never become a spec", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 5 }), (shares) => {
      const sum = shares.reduce((total, weight) => total + weight, 0);
      fc.pre(sum !== 0 && sum !== 100);
      const entries = shares.map((weight, index) => [`d${index}`, vllmDeployment({ weight })]);
      const checked = checkStack(rawStack(spoilt((s) => (s["moor:endpoints"].chat.deployments = Object.fromEntries(entries)))));
      expect("errors" in checked && checked.errors.map(({ code }) => code)).toEqual(["MOOR021"]);
    }),
    { numRuns: 50 },
  );
});

test("a stack that assigns no roles says so in a note", () => {
  const notes = (roles: string) => specOf(spoilt((s) => (s["moor:platform"].roles = roles))).notes.join("\n");
  expect(notes("external")).toContain(
    "This stack assigns no roles (roles: external). `pulumi up` lists the role assignments that are missing for the identity of a deployment",
  );
  expect(notes("moor")).not.toContain("roles");
});

const [alice, bob] = ["aaaaaaaa-1111-4111-8111-111111111111", "bbbbbbbb-2222-4222-8222-222222222222"];
test.each([
  ["entra", [alice, bob], true],
  ["entra", [], false],
  ["key", [], false],
])("invokers whose roles another team assigns are listed: auth %s, invokers %j → %s", (auth, invokers, named) => {
  const changed = spoilt((s) => {
    s["moor:platform"].roles = "external";
    Object.assign(s["moor:endpoints"].chat, { auth, invokers });
  });
  const note =
    `Endpoint chat returns 403 to its invokers (${invokers.join(", ")}) until the owner of the roles assigns each of them a role with the action ` +
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action on the endpoint (roles: external).";
  expect(specOf(changed).notes.includes(note)).toBe(named);
});

describe("The notes list resources that other teams must create, with the known IDs:", () => {
  const at = (name: string) => `${subscription}/${name}`;
  const subnetId = at("Microsoft.Network/virtualNetworks/hub/subnets/endpoints");
  const workspace = at("Microsoft.MachineLearningServices/workspaces/mlw");
  const logs = at("Microsoft.OperationalInsights/workspaces/log");
  const existing = { existing: { subnetId } };
  const notesWith = (platform: object) => specOf(spoilt((s) => Object.assign(s["moor:platform"], platform))).notes;
  const usual = notesWith({});
  const owed = (platform: object) => notesWith(platform).filter((note) => !usual.includes(note));

  test.each<[string, object, string[]]>([
    ["nothing", {}, []],
    [
      "private endpoints",
      { privateEndpoints: "policy", network: existing, dns: "policy", workspace },
      [`in ${subnetId}: blob of storage of ${workspace} (privatelink.blob.core.windows.net); `, `amlworkspace of ${workspace} (`],
    ],
    [
      "zones",
      { dns: "policy" },
      [
        "amlworkspace: privatelink.api.azureml.ms and privatelink.notebooks.azure.net",
        "resolvable from the stack's subnet private-endpoints",
      ],
    ],
    ["that no zones are there", { network: existing }, [`creates these private DNS zones and links them to the network of ${subnetId}`]],
    [
      "an adopted workspace's private endpoints, with the zones that each needs",
      { workspace },
      [
        `no private endpoint for the adopted workspace ${workspace}.`,
        "vault (privatelink.vaultcore.azure.net); amlworkspace (privatelink.api.azureml.ms and privatelink.notebooks.azure.net).",
      ],
    ],
    [
      "diagnostic settings",
      { diagnostics: "policy", logs },
      [
        `must create settings that send AmlOnlineEndpointTrafficLog, AmlOnlineEndpointConsoleLog, AmlOnlineEndpointEventLog of each endpoint to ${logs}.`,
      ],
    ],
  ])("%s", (_, platform, parts) => {
    const notes = owed(platform);
    expect(notes).toHaveLength(parts.length === 0 ? 0 : 1);
    for (const part of parts) expect(notes[0]).toContain(part);
  });
});
