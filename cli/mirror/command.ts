import type { Command } from "commander";

/** Adds the command `mirror`. */
export function addMirror(program: Command): void {
  program
    .command("mirror")
    .description(
      "stage the model weights of a stack: copy them from Hugging Face to the storage account of its workspace, verify them, and record them in the " +
        "lock file; after an interruption, the command continues after the last copied block",
    )
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "use the stack in the local Azure")
    .option("--endpoint <endpoint>", "stage only the weights of this endpoint")
    .addOption(
      program
        .createOption(
          "--via <way>",
          "what copies the weights: this machine, which must be inside the network (runner), or a deployment script in Azure (azure)",
        )
        .choices(["runner", "azure"])
        .default("runner"),
    )
    .option("--force", "verify staged weights again and rewrite the manifest, also for weights that were staged without a manifest")
    .action((options) => (require("./index") as typeof import("./index")).mirror(options));
}
