import type { Command } from "commander";

/** Adds the command `mirror`. */
export function addMirror(program: Command): void {
  program
    .command("mirror")
    .description(
      "copy the model weights of a stack from Hugging Face into the storage account of its workspace, verify them, and record them in the lock file; " +
        "continues where an interrupted run stopped",
    )
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "use the stack in the local Azure")
    .option("--endpoint <endpoint>", "stage only the weights of this endpoint")
    .addOption(
      program
        .createOption("--via <way>", "runner: this machine, which must be inside the network; azure: a deployment script, from anywhere")
        .choices(["runner", "azure"])
        .default("runner"),
    )
    .option("--force", "read staged weights back and verify them again; give weights that an earlier version staged a list of their files")
    .action((options) => (require("./index") as typeof import("./index")).mirror(options));
}
