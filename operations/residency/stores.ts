/** Rows of the places in which data is stored: one for each store and one for each copy of it. */
import { isRegion, type RegionName, regionOf } from "../../facts/regions";
import { registryCopiesSource, registryCopy } from "../../facts/registryCopies";
import { isGeoRedundant } from "../../facts/storageRedundancy";
import { vaultCopiesSource, vaultCopy } from "../../facts/vaultCopies";
import { isAllowed, kindOf, type RuleResource } from "../../rules";
import { at, isOfType } from "../../rules/resource";
import type { Settings, Store } from "./catalog";
import type { Proof, StoreRow } from "./document";
import { basisOf, type Evidence, isResourceGroup, namedOf, outcomeOfAll, placeOf, subjectOf } from "./evidence";
import { safeText } from "./safe";

/** @param parts The child resources that are stored in it. */
export function storeRows(evidence: Evidence, resource: RuleResource, row: Store | Settings, parts: readonly RuleResource[]): StoreRow[] {
  const isGroup = isResourceGroup(resource);
  // What Azure does by itself is in the rows of copies and flows, and for the resource group in its own row.
  const proofs = [resource, ...parts]
    .flatMap((one) => evidence.placeChecks(one))
    .filter(({ code }) => isGroup || kindOf(code).kind === "place")
    .map((check) => evidence.proof(check, resource));
  const original: StoreRow = {
    id: evidence.rowId("store", resource),
    kind: row.kind === "store" ? "content" : "settings",
    store: row.kind === "store" ? row.store : "Settings",
    data: row.data,
    copy: "original",
    ...evidence.place(resource),
    resource: subjectOf(resource),
    basis: basisOf(resource),
    outcome: evidence.rowOutcome(resource, proofs),
    proofs,
    includes: parts.map(namedOf),
    ...(row.kind === "store" && row.unproved !== undefined ? { unproved: row.unproved } : {}),
  };
  return [original, ...(row.kind === "store" ? copies(evidence, original, resource, row) : [])];
}

interface Copy {
  readonly copy: "copy" | "possible copy";
  readonly region: string;
  readonly property: string;
  readonly value: string;
  /** Undefined if a property of Azure shows the copy. */
  readonly source?: string;
}

function copies(evidence: Evidence, original: StoreRow, resource: RuleResource, { copies: automatic }: Store): StoreRow[] {
  const { region = "" } = original;
  const found = [
    ...(isRegion(region) && automatic === "vault" ? vaultCopies(region) : []),
    ...(isRegion(region) && automatic === "registry" ? registryCopies(region) : []),
    ...shownCopies(resource, region),
  ];
  return found.map(({ copy, region: to, property, value, source }) => {
    const known = source === undefined ? undefined : evidence.checksOf(resource).find((check) => kindOf(check.code).kind === "platform");
    const outcome: Proof["outcome"] =
      known !== undefined ? evidence.outcomeOf(known) : isAllowed(evidence.contract, to) ? "holds" : "violated";
    const proofs: Proof[] = [{ ...(known === undefined ? {} : { code: known.code }), property, value, outcome }];
    return {
      ...original,
      id: `${original.id}/copy/${to}`,
      copy,
      ...placeOf(to),
      basis: source === undefined ? original.basis : "documentation",
      outcome: source !== undefined && outcome === "holds" ? "documented" : outcomeOfAll(proofs),
      proofs,
      includes: [],
      ...(source === undefined ? {} : { unproved: `No property of Azure shows the copy. Source: ${source}.` }),
    };
  });
}

function vaultCopies(region: RegionName): Copy[] {
  const to = vaultCopy(region);
  if (to === undefined) return [];
  return [{ copy: "copy", region: to, property: "location", value: pairText(region), source: vaultCopiesSource.source }];
}

function registryCopies(region: RegionName): Copy[] {
  const to = registryCopy(region);
  if (to === undefined) return [];
  const source = registryCopiesSource.source;
  return [{ copy: "possible copy", region: to, property: "location", value: pairText(region), source }];
}

function pairText(region: RegionName): string {
  return `${region}, whose pair in the same geography is ${regionOf(region).pairedRegion}`;
}

/** Copies that properties show: geo-redundant storage, and replication of logs. */
function shownCopies(resource: RuleResource, region: string): Copy[] {
  const [sku, replicates, to] = ["sku.name", "properties.replication.enabled", "properties.replication.location"].map((path) =>
    at(resource, path),
  );
  const pair = isRegion(region) ? regionOf(region).pairedRegion : undefined;
  const isCopied = isOfType(resource, "Microsoft.Storage/storageAccounts") && typeof sku === "string" && isGeoRedundant(sku);
  return [
    ...(isCopied ? [{ copy: "copy", region: pair ?? "unknown", property: "sku.name", value: sku } as const] : []),
    ...(replicates === true && typeof to === "string"
      ? [{ copy: "copy", region: to, property: "properties.replication.location", value: safeText(to) } as const]
      : []),
  ];
}
