// Proves with random inputs that no secret, prompt, personal name or address that a resource contains is in the statement. Doesn't prove that
// for text in the names of resources, which the statement shows.

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import * as fc from "fast-check";
import { contentOf } from "../../../operations/residency/content";
import { complete, statementJson } from "../../../operations/residency/document";
import { statementMarkdown } from "../../../operations/residency/markdown";
import { safeText } from "../../../operations/residency/safe";
import type { Body, RuleResource } from "../../../rules";
import { backendText } from "./backendText";
import { inputOf } from "./statement";

const group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg";
const header = { time: "2026-11-30T12:00:00.000Z", validUntil: "2027-02-28", versions: { moor: "0.1.0", pulumi: "v3", azureNative: "3" } };

/** Text that can't be in a statement by chance. */
const planted = fc.record({
  secret: fc.stringMatching(/^hf_zq[A-Za-z0-9]{30}$/),
  password: fc.stringMatching(/^zq[A-Za-z0-9!+/]{20,40}$/),
  prompt: fc.stringMatching(/^zq[a-z]{3,10}( [a-z]{2,8}){5,9}$/),
  person: fc.stringMatching(/^Zq[a-z]{4,10} Zq[a-z]{5,12}$/),
  email: fc.stringMatching(/^zq[a-z]{3,10}\.[a-z]{3,10}@[a-z]{3,8}\.example$/),
});
type Planted = typeof planted extends fc.Arbitrary<infer T> ? T : never;

/** Resources with everything planted in the places where people put such text. */
function resourcesWith({ secret, password, prompt, person, email }: Planted, from: RuleResource["from"]): RuleResource[] {
  const make = (type: string, name: string, body: Body): RuleResource => ({
    name,
    type,
    id: type === "Microsoft.Resources/resourceGroups" ? group : `${group}/providers/${type}/${name}`,
    apiVersion: "2025-01-01",
    body: { location: "swedencentral", tags: { owner: person, [email]: prompt, note: secret }, ...body },
    from,
  });
  const child = (type: string, parent: string, name: string, body: Body): RuleResource => ({
    ...make(type, name, body),
    id: `${parent}/${type.split("/").at(-1)}/${name}`,
  });
  const ml = "Microsoft.MachineLearningServices/workspaces";
  const workspace = make(ml, "ws", { properties: { description: prompt, friendlyName: person, storageAccount: `${group}/none` } });
  const endpoint = child(`${ml}/onlineEndpoints`, workspace.id!, "chat", {
    properties: { authMode: "Key", description: prompt, properties: { contact: email }, keys: { primaryKey: password } },
  });
  return [
    make("Microsoft.Resources/resourceGroups", "rg", {}),
    workspace,
    endpoint,
    child(`${ml}/onlineEndpoints/deployments`, endpoint.id!, "main", {
      properties: {
        environmentVariables: { TOKEN: secret, SYSTEM_PROMPT: prompt, CONTACT: email, PASSWORD: password, [person]: "1" },
        description: person,
        dataCollector: { collections: { request: { dataCollectionMode: "Enabled", dataId: prompt } } },
      },
    }),
    child(`${ml}/connections`, workspace.id!, "outside", {
      properties: {
        target: `https://user:${password}@api.example/v1?key=${secret}`,
        credentials: { key: password },
        metadata: { owner: person },
      },
    }),
    child(`${ml}/outboundRules`, workspace.id!, "fqdn", { properties: { type: "FQDN", destination: "api.example" } }),
    make("Microsoft.Insights/actionGroups", "alerts", {
      properties: {
        groupShortName: person,
        emailReceivers: [{ name: person, emailAddress: email }],
        smsReceivers: [{ name: person, phoneNumber: password }],
        webhookReceivers: [{ name: person, serviceUri: `https://hooks.example/${secret}?token=${password}` }],
      },
    }),
    make("Microsoft.Consumption/budgets", "budget", { properties: { notifications: { a: { contactEmails: [email] } } } }),
    make("Microsoft.Insights/components", "insights", {
      properties: {
        ConnectionString: `InstrumentationKey=${password}`,
        InstrumentationKey: password,
        WorkspaceResourceId: `${group}/none`,
      },
    }),
    child("Microsoft.KeyVault/vaults/secrets", `${group}/providers/Microsoft.KeyVault/vaults/kv`, "token", {
      properties: { value: secret, contentType: person },
    }),
    make("Microsoft.Resources/deploymentScripts", "script", {
      properties: { scriptContent: `curl -H ${password}`, environmentVariables: [{ name: "T", value: secret }], arguments: prompt },
    }),
    make("Microsoft.ContainerRegistry/registries", "acr", { properties: { policies: { exportPolicy: { status: prompt } } } }),
    {
      ...make("Microsoft.ContainerRegistry/registries/webhooks", "hook", {
        properties: { serviceUri: `https://hooks.example/a?code=${secret}`, customHeaders: { Authorization: password } },
      }),
      id: `${group}/providers/Microsoft.ContainerRegistry/registries/acr/webhooks/hook`,
    },
    make("Microsoft.Unknown/things", "thing", { properties: { owner: person, note: prompt, password } }),
  ];
}

/** The planted texts, and their parts of which a person could be recognized. */
function traces({ secret, password, prompt, person, email }: Planted): string[] {
  return [secret, password, prompt, person, ...person.split(" "), email, email.split("@")[0]!];
}

test.each(["planned", "observed"] as const)("No planted text of a %s resource is in the statement", (from) => {
  fc.assert(
    fc.property(planted, (texts) => {
      const content = contentOf(inputOf(resourcesWith(texts, from), { evidence: from === "planned" ? "planned" : "live" }));
      const statement = complete(header, content);
      const text = statementJson(statement) + statementMarkdown(statement);
      const found = traces(texts)
        .filter((one) => text.includes(one))
        .map((one) => text.slice(text.indexOf(one) - 200, text.indexOf(one) + one.length));
      expect(found).toEqual([]);
      expect(content.stores.length).toBeGreaterThan(4);
    }),
    { numRuns: 200, seed: 14 },
  );
});

test("The receivers of alerts are counted", () => {
  const [texts] = fc.sample(planted, { numRuns: 1, seed: 1 });
  const { flows } = contentOf(inputOf(resourcesWith(texts!, "observed")));
  expect(flows.find(({ flow }) => flow === "Alert messages")?.ends).toEqual([
    { place: "1 e-mail receiver" },
    { place: "1 sms receiver" },
    { place: "1 webhook receiver" },
  ]);
});

test("A quoted reason contains no secret and no address", () => {
  fc.assert(
    fc.property(planted, ({ secret, email }) => {
      expect(safeText(`Agreed with ${email}, see https://${secret}@wiki.example/page?token=${secret}`)).toBe(
        "Agreed with [e-mail address], see https://wiki.example/page",
      );
    }),
    { seed: 14 },
  );
});

test("The backend's user and folder are not in the row of the state", async () => {
  await fc.assert(
    fc.asyncProperty(planted, async ({ person, password, email }) => {
      const name = person.replace(" ", "");
      for (const url of [
        `file:///home/${name}/state`,
        `https://app.pulumi.com/${name}`,
        `s3://${name}:${password}@bucket?region=eu-north-1&profile=${name}`,
        `azblob://state?storage_account=account&sas=${password}`,
      ]) {
        const text = await backendText(url, `awskms://alias/key?profile=${name}&user=${email}`);
        expect([name, password, email].filter((one) => text.includes(one))).toEqual([]);
      }
    }),
    { numRuns: 50, seed: 14 },
  );
});
