import type { Command } from "commander";

/** Adds the command that applies an approved plan. */
export function addDeploy(program: Command): void {
  const deploy = program
    .command("deploy")
    .description(
      "preview a stack again, and run `pulumi up` only if the plan is the approved one; exit codes: 0 applied, 1 `pulumi up` failed, " +
        "2 refused: nothing was applied",
    )
    .argument("[arguments...]", "none: arguments of pulumi are refused, because they would change the plan")
    .allowUnknownOption()
    .requiredOption("-s, --stack <stack>", "the stack")
    .requiredOption("--approved <digest>", "the digest in the review that was approved")
    .option("--review <file>", "the review.json of the approved review, which names the first difference if the plan is another one")
    .option("--local", "use the stack in the local Azure")
    .action((args: string[], options) => load<typeof import("./deploy")>("./deploy").deploy(args, options));
  // Wrong options apply nothing.
  deploy.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** Loads a command on demand, so that a command doesn't load the libraries of the others. */
function load<Verb>(file: string): Verb {
  return require(file) as Verb;
}
