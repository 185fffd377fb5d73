import type { Command } from "commander";

/** Adds the commands that renew what ages: base images, vLLM, models, prices and sizes. */
export function addRenew(program: Command): void {
  const renew = program.command("renew").description("renew base images, vLLM's version and the tables of models, prices and sizes");
  renew
    .command("base")
    .description("save the manifest and configuration of a base image next to its Dockerfile, for `layer`")
    .argument("<folder>", "folder with the Dockerfile, such as docker/vllm")
    .option("--image <image>", "new base: <registry>/<repository>@<digest> or <registry>/<repository>:<tag> (default: the Dockerfile's)")
    .action((folder, options) => load().base(folder, options));
  renew
    .command("vllm")
    .description("move docker/vllm and the table of vLLM's flags to another version")
    .argument("<version>", "version of vLLM, such as 0.32.0")
    .option("--variant <suffix>", "suffix of the image's tag; empty for none", "cu129")
    .option("--wheel <file>", "wheel of this version, instead of the one of PyPI")
    .option("--compare", "with --wheel: read parsers and architectures without installing the wheel, print what changed, and write nothing")
    .action((version, options) => load().vllm(version, options));
  renew
    .command("models")
    .description("generate the table of models from the records in facts/modelRecords")
    .option("--from-hub", "first renew the records with the newest config.json of each model on the Hugging Face Hub")
    .action((options) => load().models(options));
  renew
    .command("prices")
    .description("renew the list prices of sizes from saved answers of Azure's Retail Prices API")
    .requiredOption("--from <path>", "JSON file with one page of the answer, or folder with all pages")
    .option("--as-of <date>", "day on which the answers were saved, YYYY-MM-DD (default: today)")
    .option("--complete", "remove the prices that the answers don't contain")
    .action((options) => load().prices(options));
  renew
    .command("sizes")
    .description("renew the sizes from a saved answer of `az vm list-skus` or of Azure's Resource SKUs API")
    .requiredOption("--from <file>", "JSON file with the answer")
    .option("--as-of <date>", "day on which the answer was saved, YYYY-MM-DD (default: today)")
    .action((options) => load().sizes(options));
  // npm reads what comes before `--` itself.
  for (const command of renew.commands) {
    const usage = `npm run renew -- ${command.name()} ${command.usage()}`;
    command.configureHelp({ commandUsage: () => usage });
    command.showHelpAfterError(`Usage: ${usage}
For help, add --help.`);
  }
}

/** Loads the commands on demand, so that other commands don't load their libraries. */
function load(): typeof import("./renew") {
  return require("./renew") as typeof import("./renew");
}
