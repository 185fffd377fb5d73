import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { checkStack } from "../config/checkStack";
import { contractOf } from "../config/contract";
import { reportErrors } from "../config/errors";
import { readOtherLocks } from "../config/lockFile";
import type { PlatformSpec, StackSpec } from "../config/spec";
import { settingsOf, stackDocument } from "../config/stackYaml";
import { isClean, residencyStatement, type Statement, statementJson, statementMarkdown } from "../operations/residency";
import { stackAzure } from "../operations/stackAzure";
import { lockStore } from "./lockStore";
import { requireStackFile, root } from "./stackFiles";
import { openStackPulumi, type StackOptions } from "./stackPulumi";

export interface ResidencyCommandOptions extends StackOptions {
  readonly planned?: boolean;
  readonly live?: boolean;
  readonly json?: boolean;
  /** File for the statement. @default - the standard output */
  readonly output?: string;
}

/** Exit codes. 0: no finding, and nothing unread. */
const exitCodes = { findings: 1, noStatement: 2 } as const;

/** `npm run residency`: writes the residency statement of a stack. Sets the exit code. */
export async function residency(options: ResidencyCommandOptions): Promise<void> {
  try {
    const file = outputOf(options);
    const statement = await read(options);
    const text = options.json ? statementJson(statement) : statementMarkdown(statement);
    if (file === undefined) process.stdout.write(text);
    else fs.writeFileSync(file, text);
    if (!isClean(statement)) process.exitCode = exitCodes.findings;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = exitCodes.noStatement;
  }
}

/** Checked before the run, which takes minutes. */
function outputOf({ planned, live, output }: ResidencyCommandOptions): string | undefined {
  if (planned && live) throw new Error("--planned and --live can't be set together. Set one of them; the default is --planned.");
  if (output === undefined) return undefined;
  const file = path.resolve(output);
  try {
    if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a folder");
    fs.accessSync(path.dirname(file), fs.constants.W_OK);
  } catch (error) {
    throw new Error(
      `The statement can't be written to ${file} (${(error as Error).message}). Set --output to a file in a writable folder.`,
    );
  }
  return file;
}

async function read(options: ResidencyCommandOptions): Promise<Statement> {
  const { stack, local = false, live = false } = options;
  const { spec, settings, lockDigest, secretsProvider } = readStack(options);
  const pulumi = await openStackPulumi({ stack, local, configFile: options.configFile });
  try {
    return await residencyStatement(pulumi, {
      contract: contractOf(spec),
      acceptances: spec.accept,
      ...(live ? { azure: stackAzure(pulumi, settings) } : {}),
      adopted: adoptedIds(spec.platform),
      subscriptionId: settings["azure-native:subscriptionId"] ?? pulumi.environment.ARM_SUBSCRIPTION_ID,
      lockDigest,
      secretsProvider: local ? undefined : secretsProvider,
      folder: root,
      skipped: spec.skipped.map(({ endpoint, label, message }) => ({ name: `${endpoint}/${label}`, reason: message })),
    });
  } finally {
    await pulumi.close();
  }
}

interface ReadStack {
  readonly spec: StackSpec;
  readonly settings: Readonly<Record<string, string>>;
  readonly lockDigest?: string;
  readonly secretsProvider?: string;
}

/** @throws Error with a report if the stack file or its lock file is invalid */
function readStack({ stack, local = false, configFile }: ResidencyCommandOptions): ReadStack {
  const file = configFile ?? requireStackFile(stack);
  const stackFile = fs.readFileSync(file, "utf8");
  const fromFile = settingsOf(stackFile, path.basename(file));
  const lock = lockStore(stack, local).read();
  const otherLocks = readOtherLocks(root, stack);
  const checked = checkStack({ project: "moor", stack, folder: root, ...fromFile, stackFile, lock, otherLocks, local });
  if ("errors" in checked) throw new Error(reportErrors(stack, checked.errors));
  const provider = stackDocument(stackFile, path.basename(file)).get("secretsprovider");
  const { spec } = checked;
  return {
    spec,
    settings: fromFile.settings,
    ...(spec.decisionsFrom === "lock" && lock !== undefined
      ? { lockDigest: `sha256:${createHash("sha256").update(lock).digest("hex")}` }
      : {}),
    ...(typeof provider === "string" ? { secretsProvider: provider } : {}),
  };
}

/** The resources of others that the stack file names. */
function adoptedIds({ network, workspaceId, imageRegistryId, logsId }: PlatformSpec): string[] {
  const { subnetId, scriptsSubnetId, securityGroupId } = network;
  return [subnetId, scriptsSubnetId, securityGroupId, workspaceId, imageRegistryId, logsId].filter((id) => id !== undefined);
}
