/** Builds the content of a statement from resources and their checks. Pure: the same resources give the same content. */
import { countryName } from "../../facts/countries";
import { regionOf } from "../../facts/regions";
import { type Acceptance, type Contract, codes, type Finding, type FindingCode, kindOf, type RuleResource } from "../../rules";
import { isOfType } from "../../rules/resource";
import { accessRow } from "./access";
import type { Content, ExceptionRow, ExposureRow, FindingRow, Named, PolicyRow, StateRow, UnprovedRow } from "./document";
import { Evidence, namedOf, subjectOf } from "./evidence";
import { flowRow, impliedFlows } from "./flows";
import { keyRows } from "./keys";
import { Rows } from "./rows";
import { safeProblem, safeText } from "./safe";
import { storeRows } from "./stores";
import { weightRows } from "./weights";

/** What a statement is built from. */
export interface StatementInput {
  readonly evidence: Content["evidence"];
  readonly stack: string;
  readonly subscription?: string;
  readonly tenant?: string;
  readonly lockDigest?: string;
  readonly contract: Contract;
  readonly acceptances: readonly Acceptance[];
  /** For example 2026-11-30 (UTC). */
  readonly today: string;
  readonly resources: readonly RuleResource[];
  /** Reads that Azure refused. */
  readonly unread: readonly { readonly id: string; readonly reason: string }[];
  /** Deployments of the stack file that the next update doesn't create. @default - none */
  readonly skipped?: readonly Skipped[];
  readonly state: StateRow;
  readonly method: readonly string[];
}

/** A deployment that the statement doesn't describe. */
export interface Skipped {
  /** Endpoint and label, for example `chat/main`. */
  readonly name: string;
  readonly reason: string;
}

/** Starts the identifiers of rows for deployments that the statement doesn't describe. */
export const skippedPrefix = "unproved/skipped/";

/** Starts the identifiers of rows for reads that Azure refused. */
export const unreadPrefix = "unproved/unread";

/** Returns the content of a statement. Its rows don't depend on the order of the resources. */
export function contentOf(input: StatementInput): Content {
  const { contract, acceptances, today } = input;
  const sorted = input.resources.toSorted((a, b) => compareText(sortKey(a), sortKey(b)));
  const evidence = new Evidence(sorted.filter(isChecked), contract, acceptances, today, input.unread);
  const rows = new Rows(evidence);
  const exceptions = exceptionRows(evidence, rows);
  const { stack, subscription, tenant, lockDigest } = input;
  return {
    evidence: input.evidence,
    subject: { stack, region: contract.home, subscription, tenant, lockDigest },
    declared: declaredOf(contract),
    parties: partiesOf(input),
    stores: rows.stores().flatMap(({ resource, row }) => storeRows(evidence, resource, row, rows.partsOf(resource))),
    flows: [
      ...rows.own.flatMap(({ resource, row }) => [
        ...(row.kind === "flow" ? [flowRow(evidence, resource, row, rows.partsOf(resource))] : []),
        ...impliedFlows(evidence, resource),
      ]),
      ...weightRows(evidence),
    ],
    keys: rows.own.flatMap(({ resource }) => keyRows(evidence, resource)),
    access: rows.assignments.map((one) => accessRow(evidence, one)),
    exposure: exposureRows(evidence),
    exceptions,
    unproved: unprovedRows(evidence, input, rows, exceptions),
    policy: policyRows(evidence),
    findings: findingRows(evidence),
    state: input.state,
    method: input.method,
  };
}

function declaredOf({ declared, regions }: Contract): Content["declared"] {
  const countries = [...new Set(regions.map((region) => regionOf(region).country))].sort();
  return { ...(declared.geography === undefined ? {} : { geography: declared.geography }), regions: [...regions].sort(), countries };
}

function partiesOf({ subscription, state }: StatementInput): Content["parties"] {
  return [
    { role: "Responsible for the data", party: `the owner of the subscription${subscription === undefined ? "" : ` ${subscription}`}` },
    { role: "Processor", party: "Microsoft, as the provider of Azure" },
    { role: "Stores the state of the stack", party: state.backend },
  ];
}

/** Findings of the platform with the same code and text are one exception. */
function exceptionRows(evidence: Evidence, rows: Rows): ExceptionRow[] {
  const { accepted, expired, refused } = evidence.verdict;
  const all = [
    ...accepted.map(({ finding, acceptance }) => ({ finding, acceptance: { ...acceptance, expired: false } })),
    ...expired.map(({ finding, acceptance }) => ({ finding, acceptance: { ...acceptance, expired: true } })),
    ...refused.map((finding) => ({ finding, acceptance: undefined })),
  ];
  const grouped = new Map<string, ExceptionRow>();
  for (const { finding, acceptance } of all) {
    const { title, source, kind } = kindOf(finding.code);
    if (kind !== "platform" && acceptance === undefined) continue;
    const problem = kind === "platform" ? safeProblem(finding) : title;
    const key = JSON.stringify([finding.code, problem, acceptance?.reason, acceptance?.until]);
    const before = grouped.get(key);
    const resources = [...(before?.resources ?? []), ...[finding.resource, ...rows.globalParts(finding.resource)].map(namedOf)];
    const agreed = acceptance && { reason: safeText(acceptance.reason), until: acceptance.until, expired: acceptance.expired };
    const id = before?.id ?? `exception/${finding.code}/${grouped.size + 1}`;
    grouped.set(key, {
      id,
      code: finding.code,
      title,
      problem,
      resources,
      source,
      ...(agreed === undefined ? {} : { acceptance: agreed }),
    });
  }
  return [...grouped.values()]
    .map((row) => ({ ...row, resources: uniqueNamed(row.resources) }))
    .sort((a, b) => compareText(a.code, b.code));
}

function exposureRows(evidence: Evidence): ExposureRow[] {
  const checks = evidence.checks.filter(
    ({ code, resource }) => kindOf(code).kind === "exposure" && !isOfType(resource, "Microsoft.Authorization/roleAssignments"),
  );
  return checks.map((check) => ({
    id: evidence.rowId(`exposure/${check.code}/${check.property}`, check.resource),
    resource: subjectOf(check.resource),
    proof: evidence.proof(check),
  }));
}

function unprovedRows(
  evidence: Evidence,
  { unread, resources, state, evidence: source, skipped = [] }: StatementInput,
  rows: Rows,
  exceptions: readonly ExceptionRow[],
): UnprovedRow[] {
  const inException = new Set(exceptions.flatMap((one) => one.resources.map(({ name }) => name)));
  const unknown = evidence.verdict.unknown.map((check) => ({
    id: evidence.rowId(`unproved/${check.code}/${check.property}`, check.resource),
    subject: `${safeText(check.resource.name)} ${check.property}`,
    reason: safeProblem(check),
  }));
  const withoutRule = rows.own.flatMap(({ resource, row }) =>
    row.kind === "global" && !inException.has(safeText(resource.name))
      ? [
          {
            id: evidence.rowId("unproved/global", resource),
            subject: safeText(resource.name),
            reason: "The resource is global: Azure can store it in any region.",
          },
        ]
      : [],
  );
  const refused = unread.map(({ id, reason }) => ({ id: `${unreadPrefix}${id}`, subject: id, reason: safeText(reason) }));
  const missing = skipped.map(({ name, reason }) => ({
    id: `${skippedPrefix}${name}`,
    subject: `Deployment ${name}`,
    reason: `The statement doesn't describe it as the stack file declares it. ${safeText(reason)}`,
  }));
  const backend = state.outcome === "proved" ? [] : [{ id: "unproved/state", subject: "State of the stack", reason: state.note }];
  return [...missing, ...unknown, ...withoutRule, ...refused, boundary(resources, source), ...backend];
}

/** Source: Azure docs, azure-resource-manager/management/manage-data-boundary (2024-10-16). */
function boundary(resources: readonly RuleResource[], source: Content["evidence"]): UnprovedRow {
  const live = resources.find(isDataBoundary);
  const properties = live?.body.properties;
  const value =
    typeof properties === "object" && properties !== null && "dataBoundary" in properties ? String(properties.dataBoundary) : undefined;
  const is =
    value !== undefined
      ? `The data boundary of the tenant is ${safeText(value)}.`
      : source === "planned"
        ? "A preview doesn't read the data boundary of the tenant."
        : "The data boundary of the tenant could not be read.";
  return {
    id: "unproved/support",
    subject: "Data of support cases",
    reason: `${is} Support data stays in a geography only with the data boundary EU.`,
  };
}

function policyRows({ checks, verdict }: Evidence): PolicyRow[] {
  const accepted = new Set<unknown>(verdict.accepted.map(({ finding }) => finding));
  const expired = new Set<unknown>(verdict.expired.map(({ finding }) => finding));
  const count = (code: FindingCode, test: (check: (typeof checks)[number]) => boolean) =>
    checks.filter((check) => check.code === code && test(check)).length;
  return (Object.keys(codes) as FindingCode[])
    .filter((code) => checks.some((check) => check.code === code))
    .sort(compareText)
    .map((code) => ({
      code,
      title: kindOf(code).title,
      holds: count(code, ({ outcome }) => outcome === "holds"),
      violated: count(code, (check) => check.outcome === "violated" && !accepted.has(check) && !expired.has(check)),
      accepted: count(code, (check) => accepted.has(check)),
      expired: count(code, (check) => expired.has(check)),
      unknown: count(code, ({ outcome }) => outcome === "unknown"),
    }));
}

function findingRows(evidence: Evidence): FindingRow[] {
  const { refused, expired } = evidence.verdict;
  const row = (finding: Finding, until?: string): FindingRow => ({
    id: evidence.rowId(`finding/${finding.code}/${finding.property}`, finding.resource),
    code: finding.code,
    resource: safeText(finding.resource.name),
    property: finding.property,
    problem: safeProblem(finding),
    allowed: safeText(finding.allowed),
    remedy: safeText(finding.remedy),
    ...(until === undefined ? {} : { expired: until }),
  });
  const rows = [...refused.map((one) => row(one)), ...expired.map(({ finding, acceptance }) => row(finding, acceptance.until))];
  return rows.sort((a, b) => compareText(a.id, b.id));
}

/** The countries of the declared residency, as text. */
export function countriesText(codes: readonly string[]): string {
  return codes.map((code) => `${countryName(code)} (${code})`).join(", ");
}

function isDataBoundary(resource: RuleResource): boolean {
  return isOfType(resource, "Microsoft.Resources/dataBoundaries");
}

/** The data boundary is not a resource of the stack, so it has a row instead of rules. */
function isChecked(resource: RuleResource): boolean {
  return !isDataBoundary(resource);
}

function uniqueNamed(resources: readonly Named[]): Named[] {
  return [...new Map(resources.map((one) => [JSON.stringify(one), one])).values()].sort((a, b) => compareText(a.name, b.name));
}

/** Resources are sorted by type and name, so that the order of a list in Azure doesn't matter. */
function sortKey({ type, name, id = "" }: RuleResource): string {
  return [type, name, id].join("\n").toLowerCase();
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
