/** The statement for readers: two to three pages of Markdown. The JSON form has all rows. */
import { countryName } from "../../facts/countries";
import { countriesText } from "./content";
import type { AccessRow, FlowRow, KeyRow, Outcome, Proof, Statement, StoreRow } from "./document";

/** Rows of a table that are shown; the JSON form has the rest. */
const mostRows = 40;

export function statementMarkdown({ header, digest, content }: Statement): string {
  const { subject, declared, stores, flows, keys, access, exposure, exceptions, unproved, policy, findings, state } = content;
  const settings = stores.filter(({ kind }) => kind === "settings");
  return `${[
    `# Residency statement: ${subject.stack}`,
    lines([
      `Evidence: ${content.evidence === "live" ? "observed in Azure" : "planned, by a preview"}`,
      `Time: ${header.time} · valid until ${header.validUntil}`,
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
            ["code", "resource", "property", "problem", "allowed"],
            findings.map((one) => [
              one.code,
              one.resource,
              one.property,
              one.expired === undefined ? one.problem : `${one.problem} The acceptance expired on ${one.expired}.`,
              one.allowed,
            ]),
          ),
        ]),
    "## Stores",
    table(
      ["store", "data", "country", "region", "resource", "proof", "basis", "result"],
      stores.filter(({ kind }) => kind === "content").map(storeCells),
    ),
    settingsText(settings),
    "## Flows",
    table(["flow", "data", "resource", "other end", "basis", "result"], flows.map(flowCells)),
    "## Keys",
    table(["what", "resource", "key", "property", "basis"], keys.map(keyCells)),
    "## Access",
    accessText(access),
    exposureText(exposure.map(({ proof }) => proof)),
    "## Exceptions",
    "What Azure does and no setting prevents, and what the owner of the data has accepted.",
    table(
      ["code", "what", "resources", "source", "accepted"],
      exceptions.map(({ code, problem, resources, source, acceptance }) => [
        code,
        problem,
        counted(resources),
        source,
        acceptance === undefined
          ? "**no**"
          : `until ${acceptance.until}${acceptance.expired ? " (**expired**)" : ""}: ${acceptance.reason}`,
      ]),
    ),
    "## Not proved",
    table(
      ["what", "why"],
      [
        ...unproved.map(({ subject: what, reason }) => [what, reason]),
        ...uniqueBy(
          stores.flatMap(({ store, unproved: why }) => (why === undefined ? [] : [[store, why]])),
          ([what, why]) => `${what}|${why}`,
        ),
      ],
    ),
    "## Policy results",
    table(
      ["code", "rule", "holds", "violated", "accepted", "expired", "not provable"],
      policy.map((one) => [one.code, one.title, one.holds, one.violated, one.accepted, one.expired, one.unknown].map(String)),
    ),
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
      "`documentation` marks what no property of Azure shows.",
    ]),
    "## Signature",
    "Sign the JSON form of this statement, for example with `cosign sign-blob` (docs/residency.md).",
  ].join("\n\n")}\n`;
}

function resultText({ findings, unproved, stores, flows }: Statement["content"]): string {
  const count = (outcome: Outcome) => [...stores, ...flows].filter((row) => row.outcome === outcome).length;
  const found = findings.length === 0 ? "No findings" : `**${findings.length === 1 ? "1 finding" : `${findings.length} findings`}**`;
  return `${found}. Of ${stores.length + flows.length} stores and flows, ${count("proved")} are proved, ${count("accepted")} accepted, ${count("violated")} violated, and ${count("unproved")} not proved. ${unproved.length} further entries are not proved.`;
}

function storeCells(row: StoreRow): string[] {
  const { store, copy, data, country, resource, outcome, proofs, basis } = row;
  const name = copy === "original" ? store : `${store} (${copy})`;
  return [
    name,
    data,
    country === undefined ? "" : countryName(country),
    row.region ?? "not known",
    resource.name,
    proofText(proofs),
    basis,
    mark(outcome),
  ];
}

function flowCells({ flow, data, direction, ends, resource, basis, outcome }: FlowRow): string[] {
  const others = ends.map(({ place, region, country }) => (region === undefined ? place : `${place} (${placeText({ region, country })})`));
  return [`${flow} (${direction})`, data, resource.name, others.length === 0 ? "none" : others.join("; "), basis, mark(outcome)];
}

function keyCells({ subject, resource, holder, note, proofs, basis }: KeyRow): string[] {
  const proof = proofs[0];
  return [
    subject,
    resource.name,
    note === "" ? holder : `${holder}. ${note}`,
    proof === undefined ? "" : `${proof.property}: ${proof.value}`,
    basis,
  ];
}

function accessText(access: readonly AccessRow[]): string {
  if (access.length === 0) return "No role assignments.";
  const rows = access.filter(({ can, inherited, outcome }) => can.length > 0 || inherited || outcome === "violated");
  const hidden = access.length - rows.length;
  const rest = hidden === 0 ? [] : [`${hidden} further role assignments give no access to requests, keys, data or logs.`];
  const shown = table(
    ["principal", "role", "scope", "can", "result"],
    rows.map(({ principal, principalType, role, scope, inherited, can, outcome }) => [
      `${principal ?? "known after the update"}${principalType === undefined ? "" : ` (${principalType})`}`,
      role,
      `${lastOf(scope)}${inherited ? " (inherited from above the resource group)" : ""}`,
      can.join(", "),
      mark(outcome),
    ]),
  );
  return [shown, ...rest].join("\n\n");
}

function lastOf(scope: string | undefined): string {
  return scope === undefined ? "known after the update" : (scope.split("/").at(-1) ?? scope);
}

function exposureText(proofs: readonly Proof[]): string {
  const count = (outcome: Proof["outcome"]) => proofs.filter((one) => one.outcome === outcome).length;
  return `Public access and authentication: ${proofs.length} properties checked, ${count("holds")} as required, ${count("accepted")} accepted, ${count("violated")} violated, ${count("unknown")} not provable.`;
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
  const first = own.slice(0, 3).map(({ property, value }) => `${property}: ${value}`);
  const more = proofs.length - first.length;
  return [...first, ...(more > 0 ? [`${more} more`] : [])].join("; ");
}

function placeText({ region, country }: { readonly region?: string; readonly country?: string }): string {
  return country === undefined ? (region ?? "not known") : `${region}, ${countryName(country)}`;
}

function mark(outcome: Outcome): string {
  return outcome === "violated" ? "**violated**" : outcome === "unproved" ? "not proved" : outcome;
}

function counted(names: readonly string[]): string {
  return names.length > 3 ? `${names.length} resources` : names.join(", ");
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

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
