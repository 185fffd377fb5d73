import type { Command } from "commander";

/** Adds the verbs of a rollout: recover, and those that edit the stack file or look at what Azure has. */
export function addRollout(program: Command): void {
  program
    .command("recover")
    .description("after a killed run: release its lock and take into the state what Azure has, so that `pulumi up` converges")
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "the stack on Azure-on-this-machine")
    .option("--release-lock", "release the lock of a run elsewhere that you know to be dead")
    .action((options) => load<typeof import("../recover")>("../recover").recover(options));
}

/** Loaded only when it is asked for: one verb does not pay for another's libraries. */
function load<Verb>(file: string): Verb {
  return require(file) as Verb;
}
