import { type Command, Option } from "commander";
import type { AzureLocalOptions } from "./index";

const collect = (value: string, earlier: string[]) => [...earlier, value];

/** The verb `azure-local` and its arguments. */
export function addAzureLocal(program: Command): void {
  const verb = program.command("azure-local").description("keep Azure-on-this-machine running, by HTTP and HTTPS, until Ctrl-C");
  verb
    .addOption(
      new Option("--clock <clock>", "real: operations last as in Azure; fast: they are over at once")
        .choices(["real", "fast"])
        .default("fast"),
    )
    .option("--port <port>", "first of four ports: resource manager and endpoints by HTTP, then by HTTPS; 0 for any free ones", "4280")
    .option("--home <folder>", "where the state is kept (default: the one that npm run local uses)")
    .option("--allow-host <name>", "a host name by which callers reach it, besides localhost and Azure's; may be repeated", collect, [])
    .option("--backend <url>", "a real server behind all deployments, or behind some: <endpoint>[/<deployment>]=<url>", collect, [])
    .addOption(
      new Option("--scoring-uris <which>", "what scoringUri says: Azure's address, or one that answers here")
        .choices(["azure", "loopback"])
        .default("azure"),
    )
    .option("--policy <name>", "assign a policy that denies, such as landing-zone; may be repeated", collect, [])
    .option("--policy-tag <name=value>", "assign a policy that adds a tag to every resource; may be repeated", collect, [])
    .option("--json", "requests as lines of JSON")
    .action((options: AzureLocalOptions) => (require("./index") as typeof import("./index")).azureLocal(options));
  verb
    .command("token")
    .description("print an Entra token of the test issuer, for endpoints with authMode AADToken")
    .argument("<oid>", "object id of the caller")
    .option("--group <id>", "object id of a group that the caller is in; may be repeated", collect, [])
    .option("--audience <audience>", "what the token is for (default: https://ml.azure.com)")
    .option("--home <folder>", "where the state is kept (default: the one that npm run local uses)")
    .action((oid, options) => (require("./index") as typeof import("./index")).token(oid, options));
}
