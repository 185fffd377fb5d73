import { Command, CommanderError } from "commander";
import { CommandError } from "./commandError";

/** Loads the file of a command on demand, so that a command doesn't load the libraries of the others. */
function load<Verb>(file: string): Verb {
  return require(file) as Verb;
}

/** All commands and their options. */
export function commandLine(): Command {
  const program = new Command("npm run")
    .usage("<command> -- [arguments]")
    .description("Private inference endpoints on Azure Machine Learning");
  program.enablePositionalOptions();
  program
    .command("demo")
    .description("deploy the dev stack to the local Azure and send a chat request to it")
    .action(() => load<typeof import("./demo")>("./demo").demo());
  program
    .command("local")
    .description("run pulumi against the local Azure")
    .argument("[arguments...]", "any pulumi arguments")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action((args: string[]) => load<typeof import("./local")>("./local").local(args));
  load<typeof import("./azureLocal/command")>("./azureLocal/command").addAzureLocal(program);
  program
    .command("bench")
    .description("measure performance and print the results as ratios to a baseline")
    .action(() => load<typeof import("../bench")>("../bench").bench());
  program
    .command("test")
    .description("run the tests that need no Pulumi engine, and three end-to-end suites")
    .argument("[arguments...]", "any jest arguments; a path can also select test files of the other test commands")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action((args: string[]) => load<typeof import("./test")>("./test").test(args));
  program
    .command("test:e2e")
    .description("run the other end-to-end suites, which need the Pulumi engine")
    .argument("[arguments...]", "any jest arguments")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action((args: string[]) => load<typeof import("./test")>("./test").e2e(args));
  program
    .command("test:histories")
    .description("test random sequences of edits to a stack file, with the planner alone and with the engine")
    .argument("[arguments...]", "any jest arguments")
    .allowUnknownOption()
    .option("--planned <count>", "number of sequences for the planner (default: 2000; npm test runs 200)")
    .option("--engine <count>", "number of sequences for the engine (default: 30)")
    .option("--seed <number>", "seed of the sequences (default: a fixed seed)")
    .action((args: string[], options) => load<typeof import("./histories")>("./histories").histories(args, options));
  program
    .command("test:sweep")
    .description(
      "make each write of an up, update, rollout and destroy fail in turn on the local Azure, run the operation again, and compare the results",
    )
    .option("--only <numbers>", "run only the steps with these numbers, separated by commas")
    .option("--group <which/of>", "run one group of steps, such as 3/4 (group 3 of 4)")
    .option("--effects <effects>", "how writes fail: refuse, failOperation, kill, drop (default: the first three)")
    .option("--workers <count>", "number of steps to run in parallel (default: 2)")
    .option("--list", "only list the steps")
    .action((options) => load<typeof import("./sweep")>("./sweep").sweep(options));
  program
    .command("test:rollout")
    .description(
      "roll out a changed model under load on the local Azure: once with long streams, and once per write, with the run killed at that write",
    )
    .option("--only <numbers>", "run only the steps with these numbers, separated by commas")
    .option("--group <which/of>", "run one group of steps, such as 3/4 (group 3 of 4)")
    .option("--workers <count>", "number of steps to run in parallel (default: 3, because they mostly wait)")
    .option("--list", "only list the steps")
    .action((options) => load<typeof import("./rolloutTest")>("./rolloutTest").rolloutTest(options));
  program
    .command("test:vllm")
    .description("serve a small real model with real vLLM behind the local Azure; the first run downloads 3.3 GB")
    .action(() => load<typeof import("./vllmTest")>("./vllmTest").vllmTest());
  program
    .command("fuzz")
    .description("check that no parser or server crashes, hangs, or returns a stack trace for invalid inputs")
    .option("--runs <count>", "number of inputs for each parser (default: 100000)")
    .option("--seed <number>", "seed of the inputs (default: a new seed, which is printed)")
    .option("--only <name>", "run only fuzzers whose file name contains <name>")
    .action((options) => load<typeof import("./fuzz")>("./fuzz").fuzz(options));
  program
    .command("lock")
    .description("choose the VM sizes, flags, probes, and names for a stack, and write them to moor.lock.<stack>.yaml")
    .requiredOption("-s, --stack <stack>", "the stack")
    .option(
      "--check",
      "don't write; list the differences between the lock file and the decisions of this version, and fail if there are any",
    )
    .option("--rollback <endpoint/label>", "make the previous decision of a deployment the current one")
    .action((options) => load<typeof import("./lock")>("./lock").lock(options));
  load<typeof import("./fit/command")>("./fit/command").addFit(program);
  load<typeof import("./imageCommands")>("./imageCommands").addImages(program);
  load<typeof import("./renewCommands")>("./renewCommands").addRenew(program);
  load<typeof import("./mirror/command")>("./mirror/command").addMirror(program);
  load<typeof import("./rollout/command")>("./rollout/command").addRollout(program);
  load<typeof import("./deployCommand")>("./deployCommand").addDeploy(program);
  load<typeof import("./residencyCommand")>("./residencyCommand").addResidency(program);
  load<typeof import("./review/command")>("./review/command").addReview(program);
  program
    .command("policy")
    .description("build the policy pack, which checks the stacks of any Pulumi program with Moor's rules")
    .option("--output <folder>", "folder to write", ".moor/policy")
    .action((options) => load<typeof import("./policyPack")>("./policyPack").policyPack(options));
  program
    .command("scan")
    .description("check the resources that a stack plans with checkov, if it is installed; the exit code is that of checkov")
    .requiredOption("-s, --stack <stack>", "the stack")
    .option("--local", "use the stack in the local Azure")
    .action((options) => load<typeof import("./scan")>("./scan").scan(options));
  program
    .command("generate")
    .description("write the JSON schemas for editors, the generated documents, and the tables of the README")
    .action(() => load<typeof import("./generate")>("./generate").generate());
  for (const command of program.commands) setUsage(command, command.name());
  return program;
}

/** Commands run through npm, which reads options before `--` as its own. Usage and errors therefore show the complete command line. */
function setUsage(command: Command, name: string): void {
  command.usage(`-- ${command.usage()}`);
  command.showHelpAfterError(
    `Usage: npm run ${name} ${command.usage()}\nFor help, run: npm run ${name} -- --help. Options must follow the --.`,
  );
}

/** Runs a command and sets the exit code. Errors are printed as a message, without a stack trace. */
export async function main(args: string[]): Promise<void> {
  try {
    await commandLine().parseAsync(args, { from: "user" });
  } catch (error) {
    // Commander has already printed its own errors.
    if (!(error instanceof CommanderError)) console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof CommandError || error instanceof CommanderError ? error.exitCode : 1;
  }
}
