/** Encryption in transit. */
import { at } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { isOpaque, type Value, valueAt, valueText } from "../values";
import { isOneOf, itemsOf, unknownText } from "./checks";
import { STORAGE } from "./types";

const FILE_SERVICE = `${STORAGE}/fileServices`;

/** Versions of SMB with encryption. Source: Azure docs, storage/files/files-smb-protocol (2025). */
const versions = ["SMB3.0", "SMB3.1.1"];

const smbVersions: Rule = {
  code: "MOOR466",
  types: [FILE_SERVICE],
  check(resource) {
    const property = "properties.protocolSettings.smb.versions";
    const value = at(resource, property);
    const named = typeof value === "string" ? value.split(";").filter(Boolean) : itemsOf(value);
    const outcome = isOpaque(value) ? "unknown" : named.every((one: Value) => isOneOf(one, ...versions)) ? "holds" : "violated";
    const problem =
      outcome === "unknown" ? unknownText(property, value) : `\`${property}\` is ${valueText(value)}, so files can be read unencrypted.`;
    return [checked("MOOR466", outcome, resource, property, value, { problem, allowed: `${versions.join(" and ")}, or absent` })];
  },
};

/** Addresses that action groups and event subscriptions call. Their query can contain a secret, so no finding shows them. */
const webhooks: Rule = {
  code: "MOOR466",
  types: ["Microsoft.Insights/actionGroups"],
  check(resource) {
    return itemsOf(at(resource, "properties.webhookReceivers")).flatMap((receiver, index) => {
      const property = `properties.webhookReceivers.${index}.serviceUri`;
      const address = valueAt(receiver, "serviceUri");
      if (isOpaque(address)) return [];
      const outcome = typeof address === "string" && /^https:\/\//i.test(address) ? "holds" : "violated";
      const shown = outcome === "holds" ? "https" : "not https";
      return [
        checked("MOOR466", outcome, resource, property, shown, {
          problem: "The address of the webhook doesn't start with https, so alerts are sent unencrypted.",
          allowed: "addresses that start with https://",
        }),
      ];
    });
  },
};

export const transportRules: readonly Rule[] = [
  propertyRule({
    code: "MOOR466",
    types: [STORAGE],
    property: "properties.supportsHttpsTrafficOnly",
    // Azure's default since the API version 2019-04-01.
    allowed: [true, undefined],
    consequence: "data can be transferred unencrypted",
  }),
  propertyRule({
    code: "MOOR466",
    types: [STORAGE],
    property: "properties.minimumTlsVersion",
    allowed: ["TLS1_2", "TLS1_3"],
    consequence: "insecure versions of TLS are accepted",
  }),
  propertyRule({
    code: "MOOR466",
    types: [FILE_SERVICE],
    property: "properties.protocolSettings.smb.encryptionInTransit.required",
    allowed: [true, undefined],
    consequence: "files can be transferred unencrypted",
  }),
  smbVersions,
  webhooks,
];
