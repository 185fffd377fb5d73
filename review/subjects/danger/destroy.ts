/** `pulumi destroy`: one statement for everything that is lost. */

import { armTypeOf } from "../../../azure/resourceTypes";
import { contentsOf } from "../../../rules/doors/valuables";
import { isOfType } from "../../../rules/resource";
import type { StackChange } from "../../change";
import { counted, joined, noticeText, sharesText, typeWord, withinSentence } from "../../words";
import type { Danger } from "./danger";

/** Stores in the order in which a reviewer thinks of them. */
const stores = [
  "storage:StorageAccount",
  "keyvault:Vault",
  "containerregistry:Registry",
  "operationalinsights:Workspace",
  "machinelearningservices:Workspace",
] as const;

export function destroyDangers(change: StackChange): Danger[] {
  const { before, preview, endpoints } = change;
  const deleted = preview.steps.filter(({ operation, token }) => operation === "delete" && token.startsWith("azure-native:")).length;
  const serving = endpoints.before.filter((endpoint) => sharesText(endpoint) !== "").map(({ key }) => key);
  const served =
    serving.length === 0
      ? ""
      : ` ${serving.length === 1 ? "Endpoint" : "Endpoints"} ${joined(serving)} stop${serving.length === 1 ? "s" : ""} answering.`;
  const lost = stores.filter((token) => before.some((one) => isOfType(one, armTypeOf(token)) && contentsOf(one.type) !== undefined));
  const kinds = lost.map((token) => withinSentence(typeWord(armTypeOf(token))));
  const data = kinds.length === 0 ? "" : ` The data of the ${joined(kinds)} is deleted.`;
  const text = noticeText(`Stack ${preview.stack} is destroyed: ${deleted} resources are deleted.${served}${data}`);
  const rollback =
    "Most of it can't be undone. Azure keeps deleted Key Vaults and workspaces for a time, and their names stay reserved until then.";
  const count =
    serving.length === 0 ? "" : `, ${counted(serving.length, armTypeOf("machinelearningservices:OnlineEndpoint"))} with requests`;
  return [{ severity: "danger", text, label: `the stack is destroyed: ${deleted} resources${count}`, rollback }];
}
