import * as fs from "node:fs";
import * as path from "node:path";
import { deploy as applied, approvalInReview, type Deployed, maxLength } from "../operations/deploy";
import { type Approved, partsOfDigest } from "../review";
import { root } from "./stackFiles";
import { openStackPulumi, type StackOptions } from "./stackPulumi";

export interface DeployCommandOptions extends Omit<StackOptions, "configFile"> {
  /** The digest. */
  readonly approved: string;
  /** Path of the review file. */
  readonly review?: string;
}

/** Exit codes. */
const exitCodes = { applied: 0, failed: 1, refused: 2 } as const satisfies Record<Deployed["result"], number>;

/** Exit code of a process that SIGTERM has ended. */
const terminated = 143;

const partial = "The approved plan is that of the whole stack.";
const noPreview = "The plan is compared with the approved one in a preview.";
const noAnswer = "The digest is the approval, so pulumi asks no question.";

/** Why arguments of `pulumi up` are refused. */
const refusals: Readonly<Record<string, string>> = {
  "--skip-preview": noPreview,
  "-f": noPreview,
  "--yes": noAnswer,
  "-y": noAnswer,
  "--target": partial,
  "-t": partial,
  "--target-dependents": partial,
  "--exclude": partial,
  "--exclude-dependents": partial,
  "--replace": "The approved plan says what is replaced.",
  "--target-replace": "The approved plan says what is replaced.",
  "--refresh": "A refresh changes the state that the approved plan is for. Run it before the review.",
  "-r": "A refresh changes the state that the approved plan is for. Run it before the review.",
  "--config": "The digest is for the stack file of the stack.",
  "-c": "The digest is for the stack file of the stack.",
  "--config-file": "The digest is for the stack file of the stack.",
  "--plan": "The digest takes the place of an update plan (docs/decisions.md).",
  "--base": "The digest of a plan is for the current state. A review with --base has none.",
};

/** `npm run deploy`: applies the approved plan of a stack. Sets the exit code. */
export async function deploy(args: readonly string[], options: DeployCommandOptions): Promise<void> {
  try {
    requireNone(args);
    const approved = readApproved(options);
    const stack = await openStackPulumi(options);
    const interruption = interruptible();
    try {
      conclude(await applied(stack, { approved, root, report: console.log, interrupted: interruption.signal }), options);
    } finally {
      interruption.end();
      await stack.close();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    // An error after the run doesn't change what it applied.
    if (process.exitCode === undefined) conclude({ result: "refused" }, options);
  }
}

/** Prints the result and sets the exit code. @param reason Why the plan was refused. @default - it was printed */
function conclude({ result, reason }: Conclusion, options: DeployCommandOptions): void {
  process.exitCode = exitCodes[result];
  if (result === "applied") console.log(`The approved plan of the stack ${options.stack} was applied.`);
  else console.error(result === "failed" ? advice(options) : [reason, "Nothing was applied."].filter(Boolean).join("\n"));
}

interface Conclusion {
  readonly result: Deployed["result"];
  readonly reason?: string;
}

/** @throws Error if the digest or the review file is invalid */
function readApproved({ approved: digest, review, stack }: DeployCommandOptions): Approved {
  partsOfDigest(digest);
  if (review === undefined) return { digest };
  const file = path.resolve(process.env.INIT_CWD ?? ".", review);
  if (!fs.existsSync(file)) throw new Error(`The review file ${review} does not exist.`);
  // UTF-8 has at most 3 bytes for each UTF-16 code unit.
  if (fs.statSync(file).size > 3 * maxLength) throw new Error(`The review file ${review} is too long.`);
  const approval = approvalInReview(fs.readFileSync(file, "utf8"), stack);
  return { digest, ...(approval === undefined ? {} : { approval }) };
}

/** @throws Error for the first argument, with the reason why it is refused */
function requireNone(args: readonly string[]): void {
  const [first] = args;
  if (first === undefined) return;
  const known = args.map((arg) => arg.split("=")[0]!).find((arg) => Object.hasOwn(refusals, arg));
  throw new Error(
    known === undefined
      ? `The argument ${first} is unknown. For help, run: npm run deploy -- --help.`
      : `${known} is refused. ${refusals[known]}`,
  );
}

/**
 * Ctrl-C also reaches pulumi, which ends its operation and saves its state. This process must run until then. A termination ends this process at
 * once, but removes its files.
 */
function interruptible(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const wait = () => {
    if (!controller.signal.aborted) console.error("Waiting for pulumi to end.");
    controller.abort();
  };
  const terminate = () => process.exit(terminated);
  process.on("SIGINT", wait).on("SIGTERM", terminate);
  return { signal: controller.signal, end: () => void process.off("SIGINT", wait).off("SIGTERM", terminate) };
}

function advice({ stack, local }: DeployCommandOptions): string {
  return (
    "`pulumi up` failed, and can have applied a part of the plan. The steps that remain are another plan: review and approve them again. " +
    `If the run was killed, first run \`npm run recover -- -s ${stack}${local ? " --local" : ""}\`.`
  );
}
