import type { Command } from "commander";

/** Adds the commands for images: platform and image. */
export function addImages(program: Command): void {
  program
    .command("platform")
    .description(
      "run `pulumi up` without the endpoints of the stack file, to create the network and the container registry before images are published; " +
        "fails if the stack has endpoints",
    )
    .argument("[arguments...]", "any arguments of `pulumi up`, such as --yes")
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "use the stack in the local Azure")
    .allowUnknownOption()
    .action((args: string[], options) => load<typeof import("./platform")>("./platform").platform(args, options));
  program
    .command("image")
    .description("build the images of the stack that have `build` with ACR tasks, without Docker, and write their digests to the lock file")
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "use the stack in the local Azure")
    .addOption(program.createOption("--via <way>", "where the image is built").choices(["task"]).default("task"))
    .option("--only <setting>", "build only the image of this setting, such as moor:images.score")
    .option("--force", "also build an image whose digest is in the lock file; refused while a deployment with this image exists")
    .action((options) => load<typeof import("./image")>("./image").image(options));
}

/** Loads a command on demand, so that a command doesn't load the libraries of the others. */
function load<Verb>(file: string): Verb {
  return require(file) as Verb;
}
