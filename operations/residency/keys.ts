/** Rows of encryption keys and credentials: what is under whose key. */
import { isOpaque, type RuleResource, type Value, valueText } from "../../rules";
import { at } from "../../rules/resource";
import type { KeyRow, Proof } from "./document";
import { basisOf, type Evidence, subjectOf } from "./evidence";
import { safeValue } from "./safe";

interface Key {
  readonly subject: string;
  readonly property: string;
  /** Whose key encrypts it, by the value of the property. */
  readonly holder: (value: Value) => KeyRow["holder"];
  readonly note: string;
}

const unlessOpaque =
  (holder: (value: Value) => KeyRow["holder"]): Key["holder"] =>
  (value) =>
    isOpaque(value) ? "unknown" : holder(value);
const customerIf = (expected: string) =>
  unlessOpaque((value) => (typeof value === "string" && value.toLowerCase() === expected ? "customer" : "Microsoft"));

/** Source: Azure docs, machine-learning/concept-customer-managed-keys (2025-01-28), concept-data-encryption (2025-02-05). */
const keys: Readonly<Record<string, readonly Key[]>> = {
  "microsoft.machinelearningservices/workspaces": [
    {
      subject: "Metadata of the workspace",
      property: "properties.encryption.status",
      holder: customerIf("enabled"),
      note: "Azure sets the kind of key only at creation.",
    },
    {
      subject: "Temporary disks of instances",
      property: "properties.hbiWorkspace",
      holder: unlessOpaque((value) => (value === true ? "Microsoft" : "none")),
      note: "Azure encrypts them only with `hbiWorkspace`.",
    },
  ],
  "microsoft.machinelearningservices/workspaces/onlineendpoints": [
    {
      subject: "Operating system disks of instances",
      property: "location",
      holder: () => "Microsoft",
      note: "Azure doesn't support customer-managed keys for these disks.",
    },
    {
      subject: "Keys for requests",
      property: "properties.authMode",
      holder: unlessOpaque((value) => (value === "AADToken" ? "none" : "Microsoft")),
      note: "With `Key`, Azure stores the keys in the key vault of the workspace. With `AADToken`, there are no keys.",
    },
  ],
  "microsoft.storage/storageaccounts": [
    { subject: "Storage account", property: "properties.encryption.keySource", holder: customerIf("microsoft.keyvault"), note: "" },
  ],
  "microsoft.containerregistry/registries": [
    {
      subject: "Container registry",
      property: "properties.encryption.status",
      holder: customerIf("enabled"),
      note: "Azure sets the kind of key only at creation.",
    },
  ],
  "microsoft.keyvault/vaults": [
    {
      subject: "Key vault",
      property: "properties.sku.name",
      holder: () => "Microsoft",
      note: "Azure encrypts key vaults with Microsoft-managed keys.",
    },
  ],
  "microsoft.operationalinsights/workspaces": [
    {
      subject: "Logs",
      property: "properties.features.clusterResourceId",
      holder: unlessOpaque((value) => (value === undefined || value === null ? "Microsoft" : "customer")),
      note: "A customer-managed key requires a dedicated cluster.",
    },
  ],
};

/** The rows of a resource: one for each part of it that has its own key or credential. Empty for other types. */
export function keyRows(evidence: Evidence, resource: RuleResource): KeyRow[] {
  return (keys[resource.type.toLowerCase()] ?? []).map(({ subject, property, holder, note }) => {
    const value = at(resource, property);
    const whose = holder(value);
    const proof: Proof = { property, value: safeValue(property, valueText(value)), outcome: whose === "unknown" ? "unknown" : "holds" };
    return {
      id: `${evidence.rowId("key", resource)}/${property}`,
      subject,
      holder: whose,
      note,
      resource: subjectOf(resource),
      basis: basisOf(resource),
      outcome: whose === "unknown" ? "unproved" : "proved",
      proofs: [proof],
    };
  });
}
