import type { Command } from "commander";

/** Adds the verbs of a rollout: recover, and those that edit the stack file or look at what Azure has. */
export function addRollout(program: Command): void {
  program
    .command("recover")
    .description("after a killed run: release its lock and take into the state what Azure has, so that `pulumi up` converges")
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "the stack on Azure-on-this-machine")
    .option("--config-file <file>", "the stack file, where it is not Pulumi.<stack>.yaml")
    .option("--release-lock", "release the lock of a run elsewhere that you know to be dead")
    .action((options) => load<typeof import("../recover")>("../recover").recover(options));
  program
    .command("drift")
    .description("show what somebody has changed of the endpoints outside the stack; exit code 1 if there is anything")
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "the stack on Azure-on-this-machine")
    .option("--accept", "note Azure's values in the state, so that the next `pulumi up` puts them right")
    .action((options) => load<typeof import("../drift")>("../drift").drift(options));
  program
    .command("promote")
    .description("set a deployment's weight in the stack file, the others' in proportion")
    .requiredOption("-s, --stack <stack>", "the stack")
    .requiredOption("--endpoint <key>", "the endpoint")
    .requiredOption("--label <label>", "the deployment")
    .requiredOption("--weight <percent>", "its share of the requests")
    .action((options) => load<typeof import("../promote")>("../promote").promote(options));
  program
    .command("retire")
    .description("give up a deployment that is kept at weight 0 for the way back")
    .requiredOption("-s, --stack <stack>", "the stack")
    .requiredOption("--endpoint <key>", "the endpoint")
    .requiredOption("--label <label>", "the deployment")
    .action((options) => load<typeof import("../retire")>("../retire").retire(options));
}

/** Loaded only when it is asked for: one verb does not pay for another's libraries. */
function load<Verb>(file: string): Verb {
  return require(file) as Verb;
}
