import { paths } from "../platform";
import type { RejectedRequest, Scene } from "./rejectedRequest";

/** A rejected and an accepted name of a type. */
function named(path: string, body: (scene: Scene) => unknown, wrong: string, right: string): RejectedRequest {
  const at = (name: string) => path.replace(/[^/]+$/, name);
  return {
    rule: "resource-name",
    case: `${wrong.length > 20 ? `${wrong.length} characters` : wrong}, ${path.split("/").at(-2)}`,
    answer: "400 InvalidResourceName",
    rejected: (scene) => ["PUT", at(wrong), body(scene)],
    accepted: (scene) => ["PUT", at(right), body(scene)],
  };
}

const subnet = () => ({ properties: { addressPrefix: "10.40.1.0/24" } });
const securityGroup = "/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/one";

export const nameRejections: readonly RejectedRequest[] = [
  named(paths.group, ({ body }) => body.group, "team.", "team.a"),
  named(paths.identity, ({ body }) => body.identity, "ab", "abc"),
  named(paths.identity, ({ body }) => body.identity, "id.one", "id_one"),
  named(paths.insights, ({ body }) => body.insights, "logs.", "logs.1"),
  named(paths.insights, ({ body }) => body.insights, "i".repeat(261), "i".repeat(260)),
  named(paths.network, ({ body }) => body.network, "_vnet", "vnet_"),
  named(paths.network, ({ body }) => body.network, "v".repeat(65), "v".repeat(64)),
  named(paths.subnet, subnet, "a%20b", "a.b"),
  named(securityGroup, () => ({ location: "swedencentral", properties: {} }), "nsg-", "nsg"),
  named(paths.privateEndpoint, ({ body }) => body.privateEndpoint, "-pe", "pe"),
  named(paths.zone, ({ body }) => body.zone, "internal", "moor.internal"),
];
