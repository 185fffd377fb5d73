/** Access by key, password or local user instead of Microsoft Entra ID. */
import { armTypeOf } from "../../azure/resourceTypes";
import { checked, propertyRule, type Rule } from "../rule";
import { REGISTRY, STORAGE, WORKSPACE } from "./types";

const byKey = "clients with a key have access without Microsoft Entra ID";
const byLocalUser = "local users have access without Microsoft Entra ID";

/** Source for local users: Azure docs, storage/blobs/secure-file-transfer-protocol-support (2025). */
export const keyRules: readonly Rule[] = [
  propertyRule({
    code: "MOOR460",
    types: [STORAGE],
    property: "properties.allowSharedKeyAccess",
    allowed: [false],
    consequence: byKey,
  }),
  propertyRule({
    code: "MOOR460",
    types: [STORAGE],
    property: "properties.defaultToOAuthAuthentication",
    allowed: [true],
    consequence: "the portal uses the account's key by default",
    remedy: "Set `defaultToOAuthAuthentication` to true.",
  }),
  propertyRule({
    code: "MOOR460",
    types: [STORAGE],
    property: "properties.isLocalUserEnabled",
    allowed: [false, undefined],
    consequence: byLocalUser,
  }),
  propertyRule({
    code: "MOOR460",
    types: [STORAGE],
    property: "properties.isSftpEnabled",
    allowed: [false, undefined],
    consequence: byLocalUser,
  }),
  {
    code: "MOOR460",
    types: [`${STORAGE}/localUsers`],
    check: (resource) => [
      checked("MOOR460", "violated", resource, "name", resource.name, {
        problem: "A local user signs in to the storage account with a password or an SSH key.",
        allowed: "no local users",
      }),
    ],
  },
  propertyRule({
    code: "MOOR460",
    types: [WORKSPACE],
    property: "properties.systemDatastoresAuthMode",
    allowed: ["Identity"],
    consequence: "the workspace's storage account is accessed with its key",
    remedy: "Set `systemDatastoresAuthMode` to `Identity`.",
  }),
  propertyRule({
    code: "MOOR460",
    types: [armTypeOf("machinelearningservices:Datastore")],
    property: "properties.credentials.credentialsType",
    allowed: ["None"],
    consequence: "the datastore is accessed with a key, a certificate or a password",
    remedy: "Set `credentialsType` to `None`, so that identities are used.",
  }),
  propertyRule({
    code: "MOOR461",
    types: [REGISTRY],
    property: "properties.adminUserEnabled",
    allowed: [false, undefined],
    consequence: "clients with the admin user's password can push and pull images",
  }),
  propertyRule({
    code: "MOOR461",
    types: [`${REGISTRY}/tokens`],
    property: "properties.status",
    allowed: ["disabled"],
    consequence: "clients with a password of the token can access repositories",
  }),
];
