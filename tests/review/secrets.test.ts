// Proves that a review and an approval show only texts at the listed places of a saved preview, and no secret in a known format from anywhere in
// it: texts and keys are planted at random places of all forms. Doesn't prove that a listed text, such as the name of a resource, isn't
// confidential, nor that an unknown format of a secret is recognised.
import fc from "fast-check";
import { type Approval, approvalOf, differenceOf, readPreview, reviewJson, reviewMarkdown, reviewStack } from "../../review";
import { runs, seed } from "../fuzz/fuzz";
import { inputs } from "./digest/inputs";
import { type Document, documentOf, type Form, leavesIn, textOf } from "./planted";
import { previewNames } from "./previews";

interface Outputs {
  readonly markdown: string;
  readonly json: string;
  readonly approval?: Approval;
}

function outputsOf(document: Document): Outputs {
  const preview = readPreview(textOf(document));
  const stack = reviewStack(preview, { today: "2026-11-30" });
  const isWhole = preview.result === "succeeded" && preview.isComplete && preview.kind === "update";
  const approval = isWhole ? approvalOf(preview, inputs) : undefined;
  const stacks = [{ ...stack, ...(approval === undefined ? {} : { approval }) }];
  const review = { moor: "0.1.0", date: "2026-11-30", source: { kind: "state" }, stacks } as const;
  return { markdown: reviewMarkdown(review), json: reviewJson(review), ...(approval === undefined ? {} : { approval }) };
}

/** What `npm run deploy` says about a plan that differs, in both directions. */
function differencesOf(one: Approval | undefined, other: Approval | undefined): string {
  if (one === undefined || other === undefined) return "";
  const difference = (from: Approval, to: Approval) => differenceOf({ digest: from.digest, approval: from }, to) ?? "";
  return `${difference(one, other)}\n${difference(other, one)}`;
}

/** What `readPreview` says about a text that it can't read. Empty if it can read it. */
function errorOf(text: string): string {
  try {
    readPreview(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const approvals = new Map<string, Approval | undefined>();

function approvalOfSaved(name: string): Approval | undefined {
  if (!approvals.has(name)) approvals.set(name, outputsOf(documentOf(name, "events")).approval);
  return approvals.get(name);
}

/** A preview, and where texts are planted in it. Places are fractions of the number of places. */
interface Planting {
  readonly name: string;
  readonly form: Form;
  readonly places: readonly (readonly [at: number, style: number])[];
}

function planting(styles: number, most: number): fc.Arbitrary<Planting> {
  const place = fc.tuple(
    fc.noBias(fc.nat(999_999)).map((place) => place / 1_000_000),
    fc.nat(styles - 1),
  );
  const places = fc.array(place, { minLength: most, maxLength: most });
  const whole = fc.record({ name: fc.constantFrom(...previewNames), form: fc.constantFrom<Form[]>("events", "digest"), places });
  const plan = fc.record({ name: fc.constant("tokenAdded"), form: fc.constant<Form>("plan"), places });
  return fc.oneof({ weight: 8, arbitrary: whole }, { weight: 1, arbitrary: plan });
}

/** A review takes much longer than the parsers for which the number is meant. */
const count = Math.ceil(runs / 25);
const settings = { numRuns: count, seed, endOnFailure: true };

/**
 * Texts that a review may show: the names, sizes, regions, roles and settings that a reviewer needs. `*` is an item or a key; `**` is
 * everything below. The owner `*` is any resource.
 */
const shown: Readonly<Record<string, readonly string[]>> = {
  "azure-native:authorization:RoleAssignment": ["inputs.principalId", "inputs.roleDefinitionId", "inputs.scope"],
  "azure-native:authorization:RoleDefinition": ["inputs.roleName", "inputs.permissions.*.actions.*", "inputs.permissions.*.dataActions.*"],
  "azure-native:containerregistry:Registry": ["inputs.sku.name"],
  "azure-native:machinelearningservices:OnlineDeployment": ["inputs.properties.instanceType"],
  "azure-native:machinelearningservices:Workspace": [
    "inputs.identity.type",
    "inputs.managedNetwork.firewallSku",
    "inputs.managedNetwork.isolationMode",
  ],
  "azure-native:resources:Deployment": [
    "inputs.properties.template.resources.*.identity.type",
    "inputs.properties.template.resources.*.location",
    "inputs.properties.template.resources.*.properties.authMode",
    "inputs.properties.template.resources.*.type",
  ],
  "azure-native:resources:Resource": ["inputs.parentResourcePath", "inputs.resourceProviderNamespace", "inputs.resourceType"],
  "azure-native:storage:StorageAccount": ["inputs.sku.name"],
  "*": ["inputs.location"],
  config: ["moor:accept.*.code", "moor:accept.*.resource", "moor:accept.*.until"],
  "pulumi:pulumi:Stack": [
    "outputs.endpoints.*.gate",
    "outputs.residency.geography",
    "outputs.residency.accepted.*.code",
    "outputs.residency.accepted.*.resource",
    "outputs.residency.accepted.*.until",
    "outputs.residency.regions.*",
  ],
};

type Patterns = ReadonlyMap<string, readonly RegExp[]>;

function patternsOf(places: typeof shown): Patterns {
  const pattern = (path: string) => path.split(".").map((part) => (part === "**" ? ".+" : part === "*" ? "[^.]+" : part));
  return new Map(
    Object.entries(places).map(([owner, paths]) => [owner, paths.map((path) => new RegExp(`^${pattern(path).join("\\.")}$`))]),
  );
}

function isListed(patterns: Patterns, { owner, path }: { readonly owner: string; readonly path: string }): boolean {
  return ["*", owner].some((key) => patterns.get(key)?.some((pattern) => pattern.test(path)));
}

const textPatterns = patternsOf(shown);

/** Texts with a canary, in place of a text. */
const disguises: readonly ((canary: string, text: string) => string)[] = [
  (canary) => canary,
  (canary, text) => `${text}${canary}`,
  (canary, text) => `${canary} ${text}`,
  (canary) => JSON.stringify({ model: canary, [canary]: [canary] }),
  (canary) => `{"chatTemplate":"{{ ${canary} }}","apiKey":"${canary}"}`,
  (canary) => `--model ${canary} --api-key=${canary}`,
  (canary) => `https://example.com/${canary}?code=${canary}`,
  (canary) => `${canary}@${canary}.example.com`,
  (canary) => `/subscriptions/0000/resourceGroups/${canary}/providers/Microsoft.Storage/storageAccounts/${canary}`,
  (canary) => `InstrumentationKey=${canary};IngestionEndpoint=https://${canary}.example.com/`,
  (canary) => `\u001b[31m${canary}\n<${canary}>`,
];

test(`only texts at the listed places are shown: ${count} inputs by seed ${seed}`, () => {
  const check = ({ name, form, places }: Planting) => {
    const document = documentOf(name, form);
    const leaves = leavesIn(document);
    const planted = places.map(([at, style]) => ({ leaf: leaves[Math.floor(at * leaves.length)]!, style }));
    for (const [index, { leaf, style }] of planted.entries()) {
      leaf.node[leaf.key] = disguises[style]!(`canary${index}x`, String(leaf.node[leaf.key]));
    }
    const { markdown, json, approval } = outputsOf(document);
    const text = [markdown, json, differencesOf(approvalOfSaved(name), approval)].join("\n");
    const found = [...text.matchAll(/.{0,80}canary(\d+)x/gi)].map(([excerpt, index]) => ({ excerpt, ...planted[Number(index)]!.leaf }));
    const unlisted = found.filter((one) => !isListed(textPatterns, one));
    expect(unlisted.map(({ owner, path, excerpt }) => `${owner} ${path}: ${excerpt}`)).toEqual([]);
  };
  fc.assert(fc.property(planting(disguises.length, 40), check), settings);
});

/** Maps whose keys a review may show, in the same form as `shown`. An approval contains all keys: it names the first property that differs. */
const keyPatterns = patternsOf({
  // Versions of models and environments have their tags below `properties`.
  "*": ["inputs.tags.*", "inputs.properties.tags.*", "inputs.properties.template.resources.*.tags.*"],
  "azure-native:machinelearningservices:OnlineDeployment": ["inputs.properties.*", "inputs.properties.environmentVariables.*"],
});

test(`only keys of the listed maps are shown: ${count} inputs by seed ${seed}`, () => {
  const check = ({ name, form, places }: Planting) => {
    const document = documentOf(name, form);
    const leaves = leavesIn(document);
    const planted = places.map(([at]) => leaves[Math.floor(at * leaves.length)]!);
    for (const [index, { node, key }] of planted.entries()) node[`canary${index}x`] = node[key];
    const { markdown, json } = outputsOf(document);
    const withoutApproval = JSON.stringify(JSON.parse(json), (key, value: unknown) => (key === "approval" ? undefined : value), 1);
    const found = [...`${markdown}\n${withoutApproval}`.matchAll(/.{0,80}canary(\d+)x/gi)];
    const unlisted = found
      .map(([excerpt, index]) => ({ excerpt, ...planted[Number(index)]! }))
      .filter((one) => !isListed(keyPatterns, one));
    expect(unlisted.map(({ owner, path, excerpt }) => `${owner} ${path}: ${excerpt}`)).toEqual([]);
  };
  fc.assert(fc.property(planting(1, 40), check), settings);
});

/** Secrets in the formats of facts/secretForms.ts. Each starts with the canary, so that no part of it stays. */
const secrets: readonly string[] = [
  "hf_CANARYabcdefghijklmnopqrstuvwxyz",
  "ghp_CANARYabcdefghijklmnopqrstuvwxyz1234",
  "sk-proj-CANARYabcdefghijklmnop",
  "AKIACANARYABCDEFGHIJ",
  `CANARY${"a".repeat(80)}==`,
  "https://example.com/?sv=1&sig=CANARYabcdefghijklmnop%3D",
  `CAN8Q~CANARY${"a".repeat(28)}`,
  "eyJCANARYabcdefgh.abc.def",
  "-----BEGIN PRIVATE KEY-----\nCANARYabc\n-----END PRIVATE KEY-----",
  "https://user:CANARY@example.com",
];

/** Where a secret is: in place of a text, in it, in JSON in it, as a key next to it, and as a longer text in which it would be cut. */
const carriers: readonly ((secret: string, text: string) => string | Readonly<Record<string, unknown>>)[] = [
  (secret) => secret,
  (secret, text) => `${text} ${secret}`,
  (secret, text) => `${secret} ${text}`,
  (secret) => JSON.stringify({ token: secret, [secret]: secret }),
  (secret) => `--token ${secret} --other`,
  (secret, text) => ({ [secret]: text, name: secret }),
];

test(`no secret in a known format is shown: ${count} inputs by seed ${seed}`, () => {
  const check = ({ name, form, places }: Planting) => {
    const document = documentOf(name, form);
    const leaves = leavesIn(document);
    for (const [at, style] of places) {
      const { node, key } = leaves[Math.floor(at * leaves.length)]!;
      const [secret, carrier] = [secrets[style % secrets.length]!, carriers[Math.floor(style / secrets.length)]!];
      node[key] = carrier(secret, String(node[key]));
    }
    const { markdown, json, approval } = outputsOf(document);
    const text = [markdown, json, differencesOf(approvalOfSaved(name), approval)].join("\n");
    expect(text.match(/.{0,80}CANARY.{0,20}/gi) ?? []).toEqual([]);
  };
  fc.assert(fc.property(planting(secrets.length * carriers.length, 40), check), settings);
});

test("an error about an unreadable preview contains no text of it", () => {
  const canary = "canaryx";
  const places = ["op", "urn", "type", "old", "new", "metadata", "steps", "resourcePlans", "preludeEvent", "config", "goal", "state"];
  const anywhere = (text: string, key: string, value: unknown) =>
    JSON.stringify(JSON.parse(text), (name, item: unknown) => (name === key ? value : item));
  const broken = (["events", "digest", "plan"] as const).flatMap((form) => {
    const [saved] = [textOf(documentOf("tokenAdded", form))];
    const whole = form === "events" ? JSON.stringify({ events: saved.split("\n").map((line) => JSON.parse(line)) }) : saved;
    const urns = whole.replaceAll("urn:pulumi:", `urn:pulumi:${canary}:`);
    return [
      urns,
      whole.replace("urn:pulumi:", `urn:pulumi:${canary}`),
      ...places.flatMap((key) =>
        [canary, [canary], { [canary]: canary }, { "urn:pulumi:a::b::canaryx:d:E::canaryx": canary }].map((value) =>
          anywhere(whole, key, value),
        ),
      ),
      `{"${canary}":`,
      `${whole.slice(0, whole.length / 2)}${canary}`,
    ];
  });
  const errors = [...broken, canary, `"${canary}"`, `{"${canary}":1}`, `{"deployment":{"${canary}":1}}`].map(errorOf).filter(Boolean);
  expect(errors.length).toBeGreaterThan(40);
  expect(errors.filter((message) => message.includes(canary))).toEqual([]);
});

test("keys whose secrets are hidden don't hide a change", () => {
  const digestWith = (...values: readonly string[]) => {
    const document = documentOf("tag", "events");
    const { node } = leavesIn(document).find(({ path }) => path === "inputs.tags.owner")!;
    for (const [index, value] of values.entries()) node[`hf_CANARYabcdefghijklmnopqrst${index}`] = value;
    const { approval, json } = outputsOf(document);
    expect(json).not.toMatch(/canary/i);
    return approval?.digest;
  };
  expect(new Set([digestWith("a", "b"), digestWith("a", "c"), digestWith("c", "b"), digestWith("a"), digestWith()]).size).toBe(5);
});

describe("values that the engine marks as secret", () => {
  /** The forms in which the engine writes a secret. */
  const forms: readonly ((secret: string) => unknown)[] = [
    () => "[secret]",
    (secret) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: JSON.stringify(secret) }),
    (secret) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: secret }),
    (secret) => ({ "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4", secret: true, value: secret }),
  ];

  /** The review and the approval with each secret of the preview, and of its configuration, in a form. */
  function withSecrets(name: string, form: (secret: string) => unknown, text: string): Outputs {
    const document = documentOf(name, "events");
    const secret = leavesIn(document).filter(({ node, key }) => node[key] === "[secret]");
    expect(secret.length).toBeGreaterThan(0);
    for (const { owner, node, key } of secret) node[key] = owner === "config" ? { value: text, secret: true } : form(text);
    return outputsOf(document);
  }

  test.each(["tokenRotated", "model"])("%s: neither the review nor the approval depends on them", (name) => {
    const expected = outputsOf(documentOf(name, "events"));
    for (const form of forms) expect(withSecrets(name, form, "1234")).toEqual(expected);
  });

  test("a value that becomes another secret is the same plan", () => {
    const [one, other] = ["1234", "4321"].map((text) => withSecrets("tokenRotated", forms[1]!, text).approval);
    expect(one?.digest).toBe(other?.digest);
    expect(differencesOf(one, other).trim()).toBe("");
  });
});
