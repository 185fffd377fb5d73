/** Anonymous access, CORS and other protocols of storage accounts and registries. */
import { armTypeOf } from "../../azure/resourceTypes";
import { propertyRule, type Rule } from "../rule";
import { emptyRule } from "./checks";
import { REGISTRY, STORAGE } from "./types";

const BLOB_SERVICE = armTypeOf("storage:BlobServiceProperties");
const services = ["blobServices", "fileServices", "queueServices", "tableServices"].map((service) => `${STORAGE}/${service}`);

const withoutCredentials = { code: "MOOR447" } as const;

export const blobRules: readonly Rule[] = [
  propertyRule({
    ...withoutCredentials,
    types: [STORAGE],
    property: "properties.allowBlobPublicAccess",
    allowed: [false],
    consequence: "containers can be opened for reading without credentials",
  }),
  propertyRule({
    ...withoutCredentials,
    types: [armTypeOf("storage:BlobContainer")],
    property: "properties.publicAccess",
    allowed: ["None", undefined],
    consequence: "blobs of the container can be read without credentials",
  }),
  propertyRule({
    ...withoutCredentials,
    types: [STORAGE],
    property: "properties.isNfsV3Enabled",
    allowed: [false, undefined],
    consequence: "clients in the network can mount containers without credentials",
  }),
  propertyRule({
    ...withoutCredentials,
    types: [BLOB_SERVICE],
    property: "properties.staticWebsite.enabled",
    allowed: [false, undefined],
    consequence: "the container `$web` is a public website",
  }),
  propertyRule({
    ...withoutCredentials,
    types: [REGISTRY],
    property: "properties.anonymousPullEnabled",
    allowed: [false, undefined],
    consequence: "images can be pulled without credentials",
  }),
  emptyRule({
    code: "MOOR448",
    types: services,
    property: "properties.cors.corsRules",
    consequence: "scripts of these origins can read data with a user's credentials",
  }),
];
