/** Deployment scripts and container groups: where their code comes from, and where they store files and logs. */
import { armTypeOf } from "../../azure/resourceTypes";
import { checked, type Rule } from "../rule";
import { isOpaque, valuesAt } from "../values";
import { byIdOrName } from "./accounts";
import { byHost, byId, flowCheck, flowRules } from "./flows";
import { judgeHost, urlsIn } from "./host";
import { judgeImage } from "./image";

const script = armTypeOf("resources:AzureCliScript");
const containers = armTypeOf("containerinstance:ContainerGroup");

/** Addresses in environment variables and commands. Values without an address aren't checked. */
const addressRule: Rule = {
  code: "MOOR421",
  types: [script, containers],
  check: (resource, context) =>
    [
      "properties.environmentVariables.*.value",
      "properties.environmentVariables.*.secureValue",
      "properties.containers.*.properties.environmentVariables.*.value",
      "properties.containers.*.properties.environmentVariables.*.secureValue",
    ]
      .flatMap((pattern) => valuesAt(resource.body, pattern))
      .flatMap(({ path, value }) => {
        if (isOpaque(value)) {
          const text = {
            problem: "The value can't be read, so addresses in it are not checked.",
            allowed: "addresses of the stack's resources",
          };
          return [checked("MOOR421", "unknown", resource, path, value, text)];
        }
        const urls = typeof value === "string" ? urlsIn(value) : [];
        return urls.map((url) =>
          flowCheck({ code: "MOOR421", flow: "The container exchanges data with" }, resource, path, url, judgeHost(url, context), context),
        );
      }),
};

export const scriptRules: readonly Rule[] = [
  ...flowRules([
    {
      code: "MOOR417",
      types: [script],
      properties: ["properties.primaryScriptUri", "properties.supportingScriptUris.*"],
      flow: "The script is loaded from",
      judge: byHost,
    },
    {
      code: "MOOR419",
      types: [script],
      properties: ["properties.storageAccountSettings.storageAccountName"],
      flow: "The files of the script are stored in",
      judge: byIdOrName,
    },
    {
      code: "MOOR419",
      types: [containers],
      properties: ["properties.volumes.*.azureFile.storageAccountName"],
      flow: "The files of the containers are stored in",
      judge: byIdOrName,
    },
    {
      code: "MOOR417",
      types: [containers],
      properties: ["properties.volumes.*.gitRepo.repository"],
      flow: "The containers load files from",
      judge: byHost,
    },
    {
      code: "MOOR417",
      types: [containers],
      properties: ["properties.containers.*.properties.image", "properties.initContainers.*.properties.image"],
      flow: "The image is pulled from",
      judge: judgeImage,
    },
    {
      code: "MOOR410",
      types: [containers],
      properties: ["properties.diagnostics.logAnalytics.workspaceResourceId"],
      flow: "Logs are sent to",
      judge: byId,
    },
    {
      code: "MOOR422",
      types: [script, containers],
      properties: ["properties.containerSettings.subnetIds.*.id", "properties.subnetIds.*.id"],
      flow: "The containers run in",
      judge: byId,
    },
  ]),
  addressRule,
];
