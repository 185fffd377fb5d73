/** What differs between two runs: time, commit and versions. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Accepted } from "../../rules";
import type { StackPulumi } from "../stackPulumi";
import type { Header } from "./document";

/** Days for which a statement should be relied on if no acceptance expires earlier. */
const validDays = 90;

/**
 * Returns the header of a statement.
 * @param folder Root folder of the program, with its package.json
 * @param accepted Undefined for a statement with findings, which has no last day.
 */
export async function headerOf(pulumi: StackPulumi, folder: string, accepted: readonly Accepted[] | undefined, now: Date): Promise<Header> {
  const [commit, version] = await Promise.all([commitOf(folder), pulumi.run(["version"])]);
  const { version: moor, dependencies } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as Package;
  return {
    time: now.toISOString(),
    ...(accepted === undefined ? {} : { validUntil: validUntil(accepted, now) }),
    ...(commit === undefined ? {} : { commit }),
    versions: { moor, pulumi: version.output.trim(), azureNative: dependencies?.["@pulumi/azure-native"] ?? "not known" },
  };
}

interface Package {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The last day on which a statement should be relied on, for example 2027-02-28 (UTC). */
export function validUntil(accepted: readonly Accepted[], now: Date): string {
  const latest = new Date(now.getTime() + validDays * 24 * 3600 * 1000).toISOString().slice(0, 10);
  return [latest, ...accepted.map(({ acceptance }) => acceptance.until)].sort()[0]!;
}

/** The commit of the repository, marked if files differ from it. Undefined without git or outside a repository. */
async function commitOf(folder: string): Promise<string | undefined> {
  const git = async (...args: string[]) => (await promisify(execFile)("git", ["-C", folder, ...args])).stdout.trim();
  try {
    const [commit, changes] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")]);
    return changes === "" ? commit : `${commit}+changes`;
  } catch {
    return undefined;
  }
}
