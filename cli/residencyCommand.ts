import type { Command } from "commander";

/** Adds the command for the residency statement. */
export function addResidency(program: Command): void {
  const residency = program
    .command("residency")
    .description(
      "write a statement of where the data of a stack is stored and sent, with the property that proves each row; exit codes: 0 no findings, " +
        "1 findings that no entry of moor:accept accepts, or reads that Azure denied, 2 no statement",
    )
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--planned", "use the resources that a preview plans (default); works before the first update")
    .option("--live", "read the resources from Azure")
    .option("--json", "write JSON, which has all rows (docs/statement.md)")
    .option("--output <file>", "file for the statement (default: the standard output)")
    .option("--local", "use the stack in the local Azure")
    .option("--config-file <file>", "the stack file (default: Pulumi.<stack>.yaml)")
    .action((options) => load<typeof import("./residency")>("./residency").residency(options));
  // Wrong options are not a finding.
  residency.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** Loads a command on demand, so that a command doesn't load the libraries of the others. */
function load<Verb>(file: string): Verb {
  return require(file) as Verb;
}
