/** What a plan depends on besides the state of the stack. */
import * as fs from "node:fs";
import * as path from "node:path";
import { lockFileName } from "../../config/lockFile";
import type { ApprovalInputs } from "../../review";
import type { StackPulumi } from "../stackPulumi";
import { hashOf, sourceTree } from "./sourceTree";

/** Where a plan is applied. */
interface Target {
  readonly stack: string;
  readonly local: boolean;
  /** Kind of the backend that stores the state: the scheme of its URL, for example `https` or `azblob`. */
  readonly backend: string;
}

/**
 * Environment variables that change what a run does. The variables of logins aren't here: a review can have another login than a deployment.
 * Source: `process.env` in the program; pulumi/pulumi, sdk/go/common/env (2026-06); azure-native, "Installation & configuration".
 */
const countedVariables = [
  "ARM_DISABLE_PULUMI_PARTNER_ID",
  "ARM_ENVIRONMENT",
  "ARM_METADATA_HOSTNAME",
  "ARM_PARTNER_ID",
  "ARM_SUBSCRIPTION_ID",
  "ARM_TENANT_ID",
  "MOOR_ENDPOINTS",
  "MOOR_FINDINGS",
  "MOOR_LOCAL_NETWORK",
  "MOOR_PUBLICATION",
  "MOOR_WAITS",
  "NODE_OPTIONS",
  "PULUMI_CONTINUE_ON_ERROR",
  "PULUMI_DISABLE_PROVIDER_PREVIEW",
  "PULUMI_ENABLE_LEGACY_DIFF",
  "PULUMI_ERROR_OUTPUT_STRING",
  "PULUMI_EXPERIMENTAL",
] as const;

/** Variables with this prefix set pulumi's options. Source: pulumi 3.208.0 (2025-11). */
const optionPrefix = "PULUMI_OPTION_";

/**
 * The inputs for `approvalOf`.
 * @param root Folder of the program.
 * @throws Error if the stack has no stack file, or if pulumi is not logged in to a backend
 */
export async function approvalInputs(pulumi: StackPulumi, root: string): Promise<ApprovalInputs> {
  const [version, backend] = await Promise.all([pulumi.must(["version"]), backendOf(pulumi)]);
  const { versions, ...others } = fileInputs(pulumi, root);
  return {
    target: targetItems({ stack: pulumi.stack, local: pulumi.local, backend }),
    versions: { pulumi: hashOf(version.trim()), ...versions },
    ...others,
  };
}

/** The inputs that files and environment variables contain. They are read in less than a second. */
export function fileInputs(pulumi: StackPulumi, root: string): Omit<ApprovalInputs, "target"> {
  const settings = `Pulumi.${pulumi.stack}.yaml`;
  const lock = lockFileName(pulumi.stack);
  return {
    settings: { [settings]: hashOf(fs.readFileSync(path.join(root, settings))) },
    lock: lockItems(pulumi, root, lock),
    source: sourceTree(root, [lock, packageLock]),
    versions: versionItems(root),
    hooks: variableItems(pulumi.environment),
  };
}

/** The part of the inputs that says where a plan is applied. */
function targetItems({ stack, local, backend }: Target): ApprovalInputs["target"] {
  return { stack: hashOf(stack), Azure: hashOf(local ? "local" : "azure"), backend: hashOf(backend) };
}

/** Kind of the backend. @throws Error if pulumi is not logged in */
async function backendOf(pulumi: StackPulumi): Promise<string> {
  const { url } = JSON.parse(await pulumi.must(["whoami", "--json"])) as { readonly url?: unknown };
  return typeof url === "string" ? new URL(url).protocol.slice(0, -1) : "unknown";
}

/** The local Azure has a copy of the lock file, which also says what is staged there. */
function lockItems({ local, environment }: StackPulumi, root: string, name: string): Record<string, string> {
  const { MOOR_LOCK_FOLDER: folder } = environment;
  const places = [...(local && folder ? [folder] : []), root].map((place) => path.join(place, name));
  const file = places.find((place) => fs.existsSync(place));
  return file === undefined ? {} : { [name]: hashOf(fs.readFileSync(file)) };
}

const packageLock = "package-lock.json";

/** Versions of Node and of the installed packages of Pulumi, whose providers have the same versions. */
function versionItems(root: string): Record<string, string> {
  const { packages } = JSON.parse(fs.readFileSync(path.join(root, "node_modules", `.${packageLock}`), "utf8")) as InstalledPackages;
  const installed = Object.entries(packages).flatMap(([folder, { version = "" }]): [string, string][] => {
    const name = /^node_modules\/(@pulumi\/[^/]+)$/.exec(folder)?.[1];
    return name === undefined ? [] : [[name, hashOf(version)]];
  });
  const [major = ""] = process.versions.node.split(".");
  return { node: hashOf(major), [packageLock]: hashOf(fs.readFileSync(path.join(root, packageLock))), ...Object.fromEntries(installed) };
}

/** What npm writes into `node_modules` after an installation. */
interface InstalledPackages {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

function variableItems(environment: NodeJS.ProcessEnv): Record<string, string> {
  const names = [...countedVariables, ...Object.keys(environment).filter((name) => name.startsWith(optionPrefix))];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === "" ? [] : [[name, hashOf(value)]];
    }),
  );
}
