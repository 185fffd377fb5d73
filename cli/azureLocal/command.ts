import { type Command, Option } from "commander";
import type { AzureLocalOptions } from "./index";

const collect = (value: string, earlier: string[]) => [...earlier, value];

/** Adds the command `azure-local`. */
export function addAzureLocal(program: Command): void {
  const verb = program.command("azure-local").description("start the local Azure (HTTP and HTTPS); press Ctrl-C to stop it");
  verb
    .addOption(
      new Option("--clock <clock>", "real: operations take as long as in Azure; fast: operations end immediately")
        .choices(["real", "fast"])
        .default("fast"),
    )
    .option(
      "--port <port>",
      "first of five consecutive ports: ARM and endpoints over HTTP, then over HTTPS, then images; 0 selects free ports",
      "4280",
    )
    .option("--home <folder>", "state folder (default: the folder that npm run local uses)")
    .option(
      "--allow-host <name>",
      "additional host name for requests, besides localhost and Azure's host names; can be repeated",
      collect,
      [],
    )
    .option(
      "--backend <url>",
      "real server that answers for all deployments, or only for some: <endpoint>[/<deployment>]=<url>; can be repeated",
      collect,
      [],
    )
    .addOption(
      new Option("--scoring-uris <which>", "value of scoringUri: the URL in Azure, or a loopback URL of this server")
        .choices(["azure", "loopback"])
        .default("azure"),
    )
    .option("--registry <url>", "real OCI registry on this machine that stores the images (default: a store in the state folder)")
    .option(
      "--outside-registry <host=url>",
      "registry on this machine that stands for one outside Azure in imports, such as docker.io=http://127.0.0.1:5001; can be repeated",
      collect,
      [],
    )
    .option("--hub", "also serve a local Hugging Face Hub, where every model exists as a tiny one; on the port after those")
    .option("--policy <name>", "assign a deny policy, such as landing-zone; can be repeated", collect, [])
    .option("--policy-tag <name=value>", "assign a policy that adds a tag to every resource; can be repeated", collect, [])
    .option("--json", "print requests as JSON lines")
    .action((options: AzureLocalOptions) => (require("./index") as typeof import("./index")).azureLocal(options));
  verb
    .command("token")
    .description("print a Microsoft Entra ID token from the test issuer, for endpoints with auth: entra")
    .argument("<oid>", "object ID of the caller")
    .option("--group <id>", "object ID of a group that the caller belongs to; can be repeated", collect, [])
    .option("--audience <audience>", "audience of the token (default: https://ml.azure.com)")
    .option("--home <folder>", "state folder (default: the folder that npm run local uses)")
    .action((oid, options) => (require("./index") as typeof import("./index")).token(oid, options));
}
