/** The residency statement as a document. Its JSON form has the schema in statement.schema.json; identifiers of rows don't change between runs. */
import { createHash } from "node:crypto";
import type { RolePower } from "../../facts/roleAccess";
import type { FindingCode } from "../../rules";

/** Changes with each incompatible change of the document. */
export const schemaVersion = 1;

/** What a row is based on. `documentation`: no property of Azure shows it, so the row cites Azure's documentation. */
export type Basis = "planned" | "observed" | "documentation";

/**
 * `proved`: all properties that the rules look at are as required. `documented`: no property shows it, and according to Azure's documentation it is
 * inside the residency. `unproved`: at least one property is unknown, or no rule looks at the row.
 */
export type Outcome = "proved" | "documented" | "accepted" | "violated" | "unproved";

/** A property that proves a row. */
export interface Proof {
  /** Name of the resource, if it isn't that of the row. */
  readonly resource?: string;
  /** Code of the rule. Undefined for a property that only describes the row. */
  readonly code?: FindingCode;
  /** Path in the ARM body. */
  readonly property: string;
  /** The value as text. Secrets and addresses of persons are replaced. */
  readonly value: string;
  readonly outcome: "holds" | "violated" | "accepted" | "unknown";
}

/** A resource by its names. */
export interface Named {
  /** Name in the Pulumi program; for another resource its ARM ID. */
  readonly name: string;
  /** Undefined in the preview of its creation. */
  readonly armId?: string;
}

/** A resource in a row. */
export interface Subject extends Named {
  readonly type: string;
  readonly apiVersion?: string;
}

interface Row {
  /** Identifier that is the same in each statement of the stack, for example `store/Microsoft.KeyVault/vaults/platform-vault`. */
  readonly id: string;
  readonly resource: Subject;
  readonly basis: Basis;
  readonly outcome: Outcome;
  readonly proofs: readonly Proof[];
}

/** A place in which data is stored. A store with an automatic copy has a second row for the copy, so that a row has one country. */
export interface StoreRow extends Row {
  /** `settings`: names and settings without contents of requests, models or logs. */
  readonly kind: "content" | "settings";
  readonly store: string;
  /** What it contains. */
  readonly data: string;
  readonly copy: "original" | "copy" | "possible copy";
  /** Region; `global` if Azure decides; undefined if it isn't known. */
  readonly region?: string;
  /** ISO 3166-1 alpha-2. Undefined if the region isn't known. */
  readonly country?: string;
  /** The child resources that are stored in it. */
  readonly includes: readonly Named[];
  /** What no property proves. */
  readonly unproved?: string;
}

/** A place to or from which data flows. */
export interface FlowRow extends Row {
  readonly flow: string;
  readonly data: string;
  readonly direction: "in" | "out";
  readonly ends: readonly FlowEnd[];
  /** The child resources that belong to it. */
  readonly includes: readonly Named[];
  /** What no property proves. */
  readonly unproved?: string;
}

/** The other end of a flow. */
export interface FlowEnd {
  /** Name of a resource, a host, or a service tag. */
  readonly place: string;
  readonly region?: string;
  readonly country?: string;
}

/** Whose key encrypts a store. */
export interface KeyRow extends Row {
  readonly subject: string;
  readonly holder: "Microsoft" | "customer" | "unknown" | "none";
  readonly note: string;
}

/** A role assignment. */
export interface AccessRow extends Row {
  /** Object ID. Undefined if the identity is created in the update. */
  readonly principal?: string;
  /** The managed identity of the stack with this object ID, or `named in the stack file`. Undefined for any other principal. */
  readonly known?: string;
  readonly principalType?: string;
  readonly role: string;
  /** ARM ID of the role definition. Undefined if the update creates it. */
  readonly roleId?: string;
  /** ARM ID of the scope. */
  readonly scope?: string;
  /** Whether the assignment is at a scope above the resource group, so that its owner isn't the stack. */
  readonly inherited: boolean;
  readonly can: readonly RolePower[];
}

/** What Azure does and no setting prevents. */
export interface ExceptionRow {
  readonly id: string;
  readonly code: FindingCode;
  readonly title: string;
  readonly problem: string;
  readonly resources: readonly Named[];
  /** Azure's documentation, with its date. */
  readonly source: string;
  readonly acceptance?: { readonly reason: string; readonly until: string; readonly expired: boolean };
}

/** What is not proved, and why. */
export interface UnprovedRow {
  readonly id: string;
  readonly subject: string;
  readonly reason: string;
}

/** A property that protects the data: public access, authentication and the like. */
export interface ExposureRow {
  readonly id: string;
  readonly resource: Subject;
  readonly proof: Proof;
}

/** A rule with the number of its checks by outcome. */
export interface PolicyRow {
  readonly code: FindingCode;
  readonly title: string;
  readonly holds: number;
  readonly violated: number;
  readonly accepted: number;
  readonly expired: number;
  readonly unknown: number;
}

/** A finding that no entry of `moor:accept` accepts, or whose entry has expired. */
export interface FindingRow {
  readonly id: string;
  readonly code: FindingCode;
  readonly resource: string;
  readonly property: string;
  readonly problem: string;
  readonly allowed: string;
  readonly remedy: string;
  readonly expired?: string;
}

/** Where the state of the stack is stored, and who encrypts the secrets in it. */
export interface StateRow {
  readonly backend: string;
  readonly region?: string;
  readonly country?: string;
  readonly secretsProvider: string;
  readonly secretsRegion?: string;
  readonly secretsCountry?: string;
  readonly outcome: Outcome;
  /** Why it isn't proved. Empty if it is. */
  readonly note: string;
}

/** The compared part of a statement. */
export interface Content {
  readonly evidence: "planned" | "live";
  readonly subject: {
    readonly stack: string;
    readonly region: string;
    readonly subscription?: string;
    readonly tenant?: string;
    /** SHA-256 of the lock file. Undefined for a stack without one. */
    readonly lockDigest?: string;
  };
  readonly declared: {
    readonly geography?: string;
    readonly regions: readonly string[];
    readonly countries: readonly string[];
  };
  readonly parties: readonly { readonly role: string; readonly party: string }[];
  readonly stores: readonly StoreRow[];
  readonly flows: readonly FlowRow[];
  readonly keys: readonly KeyRow[];
  readonly access: readonly AccessRow[];
  readonly exposure: readonly ExposureRow[];
  readonly exceptions: readonly ExceptionRow[];
  readonly unproved: readonly UnprovedRow[];
  readonly policy: readonly PolicyRow[];
  readonly findings: readonly FindingRow[];
  readonly state: StateRow;
  readonly method: readonly string[];
}

/** What differs between two runs on the same stack. */
export interface Header {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Last day on which the statement should be relied on: the first expiry of an acceptance, or 90 days after `time`. Undefined with findings. */
  readonly validUntil?: string;
  /** Commit of the repository, with `+changes` if files differ from it. Undefined outside a repository. */
  readonly commit?: string;
  readonly versions: { readonly moor: string; readonly pulumi: string; readonly azureNative: string };
}

/** A statement: content that is equal for equal resources, and a header that differs between runs. */
export interface Statement {
  readonly schemaVersion: typeof schemaVersion;
  readonly header: Header;
  /** SHA-256 of `content`: equal for two statements that say the same. */
  readonly digest: string;
  readonly content: Content;
}

/** Adds the digest. */
export function complete(header: Header, content: Content): Statement {
  return { schemaVersion, header, digest: digestOf(content), content };
}

/** SHA-256 of the content as JSON without whitespace, with its keys in the order of the document. */
export function digestOf(content: Content): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(content)).digest("hex")}`;
}

/** The JSON form. It ends with a line break, so that a file can be signed as it is. */
export function statementJson(statement: Statement): string {
  return `${JSON.stringify(statement, null, 2)}\n`;
}
