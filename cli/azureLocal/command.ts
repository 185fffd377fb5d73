import { type Command, Option } from "commander";
import type { AzureLocalOptions } from "./index";

const collect = (value: string, earlier: string[]) => [...earlier, value];

/** Adds the command `azure-local`. */
export function addAzureLocal(program: Command): void {
  const verb = program.command("azure-local").description("run the local Azure with HTTP and HTTPS until Ctrl-C");
  verb
    .addOption(
      new Option("--clock <clock>", "real: operations last as long as in Azure; fast: operations end immediately")
        .choices(["real", "fast"])
        .default("fast"),
    )
    .option("--port <port>", "first of four consecutive ports: ARM and endpoints with HTTP, then with HTTPS; 0 for free ports", "4280")
    .option("--home <folder>", "folder of the state (default: the folder of npm run local)")
    .option(
      "--allow-host <name>",
      "additional host name for requests, besides localhost and Azure's host names; can be repeated",
      collect,
      [],
    )
    .option(
      "--backend <url>",
      "real server for all deployments, or for some: <endpoint>[/<deployment>]=<url>; can be repeated",
      collect,
      [],
    )
    .addOption(
      new Option("--scoring-uris <which>", "value of scoringUri: the URL in Azure, or a loopback URL of this server")
        .choices(["azure", "loopback"])
        .default("azure"),
    )
    .option("--policy <name>", "assign a deny policy, such as landing-zone; can be repeated", collect, [])
    .option("--policy-tag <name=value>", "assign a policy that adds a tag to every resource; can be repeated", collect, [])
    .option("--json", "print requests as JSON lines")
    .action((options: AzureLocalOptions) => (require("./index") as typeof import("./index")).azureLocal(options));
  verb
    .command("token")
    .description("print a Microsoft Entra ID token of the test issuer, for endpoints with authMode AADToken")
    .argument("<oid>", "object ID of the caller")
    .option("--group <id>", "object ID of a group of the caller; can be repeated", collect, [])
    .option("--audience <audience>", "audience of the token (default: https://ml.azure.com)")
    .option("--home <folder>", "folder of the state (default: the folder of npm run local)")
    .action((oid, options) => (require("./index") as typeof import("./index")).token(oid, options));
}
