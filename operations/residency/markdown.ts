/** The statement for readers: two to three pages of Markdown. The JSON form has all rows. */
import { countryName } from "../../facts/countries";
import { kindOf } from "../../rules";
import { countriesText, skippedPrefix } from "./content";
import type {
  AccessRow,
  ExceptionRow,
  FlowRow,
  KeyRow,
  Named,
  Outcome,
  PolicyRow,
  Proof,
  Statement,
  StoreRow,
  UnprovedRow,
} from "./document";

/** Rows of a table that are shown; the JSON form has the rest. */
const mostRows = 40;

/** Returns the statement as Markdown. A table has at most 40 rows. */
export function statementMarkdown({ header, digest, content }: Statement): string {
  const { subject, declared, stores, flows, keys, access, exposure, exceptions, unproved, policy, findings, state } = content;
  const settings = stores.filter(({ kind }) => kind === "settings");
  return `${[
    `# Residency statement: ${subject.stack}`,
    lines([
      `Evidence: ${content.evidence === "live" ? "observed in Azure" : "planned, by a preview"}`,
      `Time: ${header.time} · ${header.validUntil === undefined ? "not valid: it has findings" : `valid until ${header.validUntil}`}`,
      `Commit: ${header.commit ?? "not known"} · Moor ${header.versions.moor} · Pulumi ${header.versions.pulumi} · azure-native ${header.versions.azureNative}`,
      `Digest of the content: ${digest}`,
    ]),
    "## Subject",
    lines([
      `Stack: ${subject.stack} in ${subject.region}`,
      `Subscription: ${subject.subscription ?? "known after the first update"}`,
      `Tenant: ${subject.tenant ?? "known after the first update"}`,
      `Lock file: ${subject.lockDigest ?? "none"}`,
    ]),
    "## Declared residency",
    lines([
      ...(declared.geography === undefined ? [] : [`Geography: ${declared.geography}`]),
      `Regions: ${declared.regions.join(", ")}`,
      `Countries: ${countriesText(declared.countries)}`,
    ]),
    "## Parties",
    lines(content.parties.map(({ role, party }) => `${role}: ${party}`)),
    "## Result",
    resultText(content),
    ...(findings.length === 0
      ? []
      : [
          "## Findings",
          table(
            ["code", "resource", "property", "problem", "allowed", "fix"],
            findings.map((one) => [
              one.code,
              one.resource,
              one.property,
              one.expired === undefined ? one.problem : `${one.problem} The acceptance expired on ${one.expired}.`,
              one.allowed,
              one.remedy,
            ]),
          ),
        ]),
    "## Stores",
    table(
      ["store", "data", "country", "region", "resource", "proof", "basis", "location"],
      stores.filter(({ kind }) => kind === "content").map(storeCells),
    ),
    settingsText(settings),
    "## Flows",
    table(["flow", "resources", "other end", "basis", "location"], flowGroups(flows)),
    "## Keys",
    table(["subject", "resources", "key", "property", "basis"], keyGroups(keys)),
    "## Access",
    accessText(access),
    exposureText(exposure.map(({ proof }) => proof)),
    "## Exceptions",
    "Behavior of Azure that no setting changes, and findings that the owner of the data accepted. Resources are counted, not their properties.",
    table(["code", "problem", "resources", "accepted until"], exceptions.map(exceptionCells)),
    ...(exceptions.length === 0 ? [] : [lines(unique(exceptions.map(exceptionNote)))]),
    "## Not proved",
    table(["subject", "reason"], unprovedGroups(unproved, stores, flows)),
    "## Policy results",
    policyText(policy),
    "## State of the stack",
    lines([
      `Stored in: ${state.backend}${state.region === undefined ? "" : `, ${placeText(state)}`}`,
      `Secrets are encrypted by: ${state.secretsProvider}${
        state.secretsRegion === undefined ? "" : `, ${placeText({ region: state.secretsRegion, country: state.secretsCountry })}`
      }`,
      ...(state.note === "" ? [] : [state.note]),
    ]),
    "## Method and limits",
    lines([
      ...content.method,
      "The result of a rule is `proved` only if the property has a value that the rule allows. An unknown value is never a pass.",
      "`documented` means that no property of Azure shows the location. According to Azure's documentation, it is in the residency.",
    ]),
    "## Signature",
    "Sign the JSON form of this statement, for example with `cosign sign-blob` (docs/statement.md).",
  ].join("\n\n")}\n`;
}

/** The results of rows cover locations only; the other findings are counted by kind, so that the numbers can be compared. */
function resultText({ findings, unproved, stores, flows, access, exposure }: Statement["content"]): string {
  const count = (outcome: Outcome) => [...stores, ...flows].filter((row) => row.outcome === outcome).length;
  const locations = findings.filter(({ code }) => kindOf(code).kind !== "exposure").length;
  const kinds = `${locations} about locations, ${findings.length - locations} about public access, authentication and roles`;
  const found =
    findings.length === 0 ? "No findings" : `**${findings.length === 1 ? "1 finding" : `${findings.length} findings`}** (${kinds})`;
  const inherited = access.filter((row) => row.inherited).length;
  const skipped = unproved.filter(({ id }) => id.startsWith(skippedPrefix)).map(({ subject }) => subject);
  const further = unprovedGroups(unproved, stores, flows).length;
  const sentences = [
    `${found}.`,
    `Of ${stores.length + flows.length} stores and flows, the locations of ${count("proved")} are proved, ${count("documented")} documented by Azure, ${count("accepted")} accepted, ${count("violated")} violated, and ${count("unproved")} not proved.`,
    exposureText(exposure.map(({ proof }) => proof)),
    ...(inherited === 0 ? [] : [`${assignments(inherited)} inherited from above the resource group: see "Access".`]),
    ...(skipped.length === 0 ? [] : [`**Not in this statement:** ${skipped.join(", ")}.`]),
    `"Not proved" lists ${further === 1 ? "1 entry" : `${further} entries`}.`,
  ];
  return sentences.join(" ");
}

function storeCells(row: StoreRow): string[] {
  const { store, copy, data, country, resource, outcome, proofs, basis } = row;
  const name = copy === "original" ? store : `${store} (${copy})`;
  return [
    name,
    data,
    country === undefined ? "" : countryName(country),
    row.region ?? "not known",
    deploymentsOf(row) === "" ? shortName(resource.name) : `${shortName(resource.name)}, deployments: ${deploymentsOf(row)}`,
    proofText(proofs),
    basis,
    mark(outcome),
  ];
}

/** A part of an endpoint that is a deployment, and not the endpoint that a template writes again. */
function isDeployment({ name, armId }: Named): boolean {
  return armId === undefined ? !/\/resources\/\d+$/.test(name) : /\/deployments\/[^/]+$/i.test(armId);
}

/** The names of the deployments of an endpoint. */
function deploymentsOf({ resource, includes }: StoreRow): string {
  return /\/onlineEndpoints$/i.test(resource.type)
    ? unique(includes.filter(isDeployment).map(({ name }) => shortName(name))).join(", ")
    : "";
}

/** Flows of the same kind with the same result are one row. */
function flowGroups(flows: readonly FlowRow[]): string[][] {
  const groups = groupBy(flows, ({ flow, direction, outcome, basis }) => JSON.stringify([flow, direction, outcome, basis]));
  return groups.map((rows) => {
    const { flow, data, direction, basis, outcome } = rows[0]!;
    const ends = rows
      .flatMap((row) => row.ends)
      .map(({ place, region, country }) => (region === undefined ? place : `${shortName(place)} (${placeText({ region, country })})`));
    return [
      `${flow} (${direction}): ${data}`,
      named(rows.map(({ resource }) => resource)),
      unique(ends).join("; ") || "none",
      basis,
      mark(outcome),
    ];
  });
}

function keyGroups(keys: readonly KeyRow[]): string[][] {
  const text = ({ proofs }: KeyRow) =>
    proofs.map(({ property, value }) => (property === "location" ? "no property" : `${property}: ${value}`)).join("; ");
  const groups = groupBy(keys, (row) => JSON.stringify([row.subject, row.holder, row.basis, text(row)]));
  return groups.map((rows) => {
    const [{ subject, holder, note, basis }] = rows as [KeyRow];
    return [subject, named(rows.map(({ resource }) => resource)), note === "" ? holder : `${holder}. ${note}`, text(rows[0]!), basis];
  });
}

/** Each text is one row. The resources are counted, not their properties. */
function exceptionCells({ code, problem, resources, acceptance }: ExceptionRow): string[] {
  const until = acceptance === undefined ? "**no**" : `${acceptance.until}${acceptance.expired ? " (**expired**)" : ""}`;
  return [code, problem, named(resources), until];
}

/** What the rows of a code have in common. */
function exceptionNote({ code, source, acceptance }: ExceptionRow): string {
  return `${code}: ${acceptance === undefined ? "not accepted." : acceptance.reason} Source: ${source}.`;
}

/** Entries with the same reason are one row, after those of single resources. */
function unprovedGroups(unproved: readonly UnprovedRow[], stores: readonly StoreRow[], flows: readonly FlowRow[]): string[][] {
  const rows = [...stores.map((row) => ({ ...row, subject: row.store })), ...flows.map((row) => ({ ...row, subject: row.flow }))];
  const general = rows.flatMap(({ id, subject, unproved: reason }) => (reason === undefined ? [] : [{ id, subject, reason }]));
  return groupBy([...unproved, ...general], ({ reason }) => reason).map((rows) => {
    const subjects = unique(rows.map(({ subject }) => subject));
    return [
      subjects.length > 3 ? `${subjects.slice(0, 2).join(", ")} and ${subjects.length - 2} more` : subjects.join(", "),
      rows[0]!.reason,
    ];
  });
}

function policyText(policy: readonly PolicyRow[]): string {
  const isNotable = ({ violated, accepted, expired, unknown }: PolicyRow) => violated + accepted + expired + unknown > 0;
  const rest = policy.filter((row) => !isNotable(row));
  const properties = rest.reduce((sum, { holds }) => sum + holds, 0);
  const rows = policy
    .filter(isNotable)
    .map((one) => [one.code, one.title, one.holds, one.violated, one.accepted, one.expired, one.unknown].map(String));
  const others = `${rest.length} further rules hold for all ${properties} properties that they check: ${rest.map(({ code }) => code).join(", ")}.`;
  return [
    table(["code", "rule", "holds", "violated", "accepted", "expired", "not proved"], rows),
    ...(rest.length === 0 ? [] : [others]),
  ].join("\n\n");
}

function accessText(access: readonly AccessRow[]): string {
  if (access.length === 0) return "No role assignments.";
  const rows = access.filter(({ can, inherited, outcome }) => can.length > 0 || inherited || outcome === "violated");
  const hidden = access.filter((row) => !rows.includes(row));
  const inUpdate = hidden.filter(({ outcome, roleId }) => outcome === "unproved" && roleId === undefined).length;
  const unread = hidden.filter(({ outcome, roleId }) => outcome === "unproved" && roleId !== undefined).length;
  const harmless = hidden.length - inUpdate - unread;
  const rest = [
    ...(inUpdate === 0 ? [] : [`${assignments(inUpdate)} not proved: the role is known only during the update.`]),
    ...(unread === 0 ? [] : [`${assignments(unread)} not proved: the permissions of the role, or the principal, are not known.`]),
    ...(harmless === 0
      ? []
      : [
          `${harmless === 1 ? "1 further role assignment gives" : `${harmless} further role assignments give`} no access to requests, keys, data or logs.`,
        ]),
  ];
  const shown = table(
    ["principal", "role", "scope", "can", "result"],
    groupBy(rows, ({ principal, role, can, outcome, inherited }) => JSON.stringify([principal, role, can, outcome, inherited])).map(
      (same) => {
        const [{ principal, known, principalType, role, inherited, can, outcome }] = same as [AccessRow];
        const who = [principal ?? "known after the update", ...(known === undefined ? [] : [shortName(known)])].join(", ");
        const scopes = unique(same.map(({ scope }) => lastOf(scope))).join(", ");
        return [
          principalType === undefined ? who : `${who} (${principalType})`,
          role,
          `${scopes}${inherited ? " (inherited from above the resource group)" : ""}`,
          can.join(", "),
          mark(outcome),
        ];
      },
    ),
  );
  return [shown, ...rest].join("\n\n");
}

function assignments(count: number): string {
  return count === 1 ? "1 role assignment is" : `${count} role assignments are`;
}

function lastOf(scope: string | undefined): string {
  return scope === undefined ? "known after the update" : (scope.split("/").at(-1) ?? scope);
}

function exposureText(proofs: readonly Proof[]): string {
  const count = (outcome: Proof["outcome"]) => proofs.filter((one) => one.outcome === outcome).length;
  return `Public access and authentication: ${proofs.length} properties checked, ${count("holds")} as required, ${count("accepted")} accepted, ${count("violated")} violated, ${count("unknown")} not proved.`;
}

function settingsText(rows: readonly StoreRow[]): string {
  const regions = [...new Set(rows.map(({ region }) => region ?? "not known"))].sort();
  const texts = regions.map((region) => {
    const here = rows.filter((row) => (row.region ?? "not known") === region);
    const results = [...new Set(here.map(({ outcome }) => outcome))].join(", ");
    return `${here.length} in ${region} (${results})`;
  });
  return `Resources with names and settings only: ${texts.length === 0 ? "none" : texts.join("; ")}.`;
}

function proofText(proofs: readonly Proof[]): string {
  const own = proofs.filter(({ resource }) => resource === undefined);
  const first = own.slice(0, 2).map(({ property, value }) => `${property}: ${shortName(value)}`);
  const more = proofs.length - first.length;
  return [...first, ...(more > 0 ? [`${more} more`] : [])].join("; ");
}

function placeText({ region, country }: { readonly region?: string; readonly country?: string }): string {
  return country === undefined ? (region ?? "not known") : `${region}, ${countryName(country)}`;
}

function mark(outcome: Outcome): string {
  return outcome === "violated" ? "**violated**" : outcome === "unproved" ? "not proved" : outcome;
}

/** The names of up to four resources, or their number. */
function named(resources: readonly Named[]): string {
  const names = unique(resources.map(({ name }) => shortName(name)));
  return names.length > 4 ? `${names.length} resources` : names.join(", ");
}

/** The last part of an ARM ID. */
function shortName(name: string): string {
  return name.startsWith("/") ? (name.split("/").at(-1) ?? name) : name;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}

function lines(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "None.";
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  const shown = rows.slice(0, mostRows);
  const more = rows.length - shown.length;
  const rest = more === 0 ? [] : [`\n${more} more rows are in the JSON form.`];
  return [line(head), line(head.map(() => "---")), ...shown.map(line), ...rest].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
