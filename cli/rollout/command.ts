import type { Command } from "commander";

/** Adds the commands for running stacks and rollouts: smoke, recover, drift, promote and retire. */
export function addRollout(program: Command): void {
  const smoke = program
    .command("smoke")
    .description(
      "send test requests to the endpoints of a deployed stack, optionally under load, from a machine that can reach them; exit codes: 0 passed, " +
        "1 failed, 2 not tested",
    )
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--endpoint <key>", "test only this endpoint (default: all; required with --load if there are several)")
    .option("--deployment <label>", "test only this deployment, regardless of its traffic weight")
    .option(
      "--load <requests>",
      "send this number of concurrent requests after the checks, and compare the result with the declared concurrency",
    )
    .option("--seconds <seconds>", "duration of the load (default: 60)")
    .option("--max-tokens <tokens>", "length of each answer under load (default: 256)")
    .option("--svg <file>", "file for the plot of the load (default: smoke-<stack>.svg)")
    .option("--json", "print one JSON document (docs/smoke.md)")
    .option("--local", "use the stack in the local Azure")
    .action((options) => load<typeof import("../smoke")>("../smoke").smoke(options));
  // Wrong options are not a failed check.
  smoke.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  program
    .command("recover")
    .description(
      "after a killed run, release the state lock and update the state to match Azure, so that `pulumi up` can complete the change",
    )
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "use the stack in the local Azure")
    .option("--config-file <file>", "the stack file (default: Pulumi.<stack>.yaml)")
    .option("--release-lock", "release the state lock of a run that has ended on another machine")
    .action((options) => load<typeof import("../recover")>("../recover").recover(options));
  program
    .command("drift")
    .description("show changes that were made to endpoints outside the stack; the exit code is 1 if there are any")
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "use the stack in the local Azure")
    .option("--accept", "write Azure's values to the state, so that the next `pulumi up` reverts the changes")
    .action((options) => load<typeof import("../drift")>("../drift").drift(options));
  program
    .command("promote")
    .description("set the traffic weight of a deployment in the stack file, and adjust the other weights proportionally")
    .requiredOption("-s, --stack <stack>", "the stack")
    .requiredOption("--endpoint <key>", "key of the endpoint in the stack file")
    .requiredOption("--label <label>", "label of the deployment in the stack file")
    .requiredOption("--weight <percent>", "percentage of the endpoint's requests")
    .action((options) => load<typeof import("../promote")>("../promote").promote(options));
  program
    .command("retire")
    .description(
      "remove a previous deployment, which is kept at weight 0 for a rollback, from the lock file; the next `pulumi up` deletes it",
    )
    .requiredOption("-s, --stack <stack>", "the stack")
    .requiredOption("--endpoint <key>", "key of the endpoint in the stack file")
    .requiredOption("--label <label>", "label of the deployment in the stack file")
    .action((options) => load<typeof import("../retire")>("../retire").retire(options));
}

/** Loads a command on demand, so that a command doesn't load the libraries of the others. */
function load<Verb>(file: string): Verb {
  return require(file) as Verb;
}
