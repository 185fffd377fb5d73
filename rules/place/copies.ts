/** Copies that Azure makes of vaults and registries, and that no setting shows or stops. */
import { armTypeOf } from "../../azure/resourceTypes";
import { canonicalRegion, isRegion, type RegionName, regionOf } from "../../facts/regions";
import { registryCopy } from "../../facts/registryCopies";
import { vaultCopy } from "../../facts/vaultCopies";
import type { FindingCode } from "../codes";
import { allowedText, type Contract, isAllowed } from "../contract";
import { at } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque, valueText } from "../values";
import { placeName } from "./judgement";

/** Azure copies the contents of vaults to the paired region. */
export const vaultCopyRule = copyRule(
  "MOOR402",
  [armTypeOf("keyvault:Vault"), "Microsoft.KeyVault/deletedVaults"],
  vaultCopy,
  (copy) => `Azure copies its secrets and keys to ${copy}, outside the residency.`,
);

/** Azure may copy the contents of registries to the paired region. */
export const registryCopyRule = copyRule(
  "MOOR403",
  [armTypeOf("containerregistry:Registry")],
  registryCopy,
  (copy) => `Azure may store a copy of its images in ${copy}, outside the residency.`,
);

function copyRule(
  code: FindingCode,
  types: readonly string[],
  copyOf: (region: RegionName) => RegionName | undefined,
  problemOf: (copy: string) => string,
): Rule {
  return {
    code,
    types,
    check(resource, { contract }) {
      const location = at(resource, "location");
      const region = typeof location === "string" ? canonicalRegion(location) : "";
      const allowed = allowedText(contract);
      if (!isRegion(region)) {
        const is = isOpaque(location) ? valueText(location) : "not in the table of regions";
        const problem = `Its region is ${is}, so the region to which Azure copies it isn't known.`;
        return [checked(code, "unknown", resource, "location", location, { problem, allowed })];
      }
      const copy = copyOf(region);
      if (copy === undefined || isAllowed(contract, copy))
        return [checked(code, "holds", resource, "location", region, { problem: "", allowed })];
      const place = placeName(copy);
      const remedy = `${residencyWith(copy, contract)}, or accept the copy in \`moor:accept\`.`;
      return [checked(code, "violated", resource, "location", region, { problem: problemOf(place), allowed, remedy })];
    },
  };
}

/** How to allow a region in the form in which the residency is declared. A geography can't be extended. */
function residencyWith(region: RegionName, { declared }: Contract): string {
  if (declared.countries !== undefined) return `Add ${regionOf(region).country} to \`countries\` of \`moor:residency\``;
  if (declared.regions !== undefined) return `Add ${region} to \`regions\` of \`moor:residency\``;
  return `Replace \`geography\` of \`moor:residency\` with \`regions\` that include ${region}`;
}
