/** Endpoints that are removed, replaced, or called in another way, and endpoints that no longer answer. */
import { sameArmId } from "../../../azure/armId";
import { armTypeOf } from "../../../azure/resourceTypes";
import { isOfType, type RuleResource } from "../../../rules/resource";
import type { StackChange } from "../../change";
import { type EndpointView, sameEndpoint } from "../../endpoints";
import { termsOf } from "../../terms";
import { noticeText, sharesText } from "../../words";
import { acceptedText, type Danger } from "./danger";

const endpointType = armTypeOf("machinelearningservices:OnlineEndpoint");
const roleAssignmentType = armTypeOf("authorization:RoleAssignment");

export function endpointDangers(change: StackChange): Danger[] {
  const { before, after } = change.endpoints;
  return before.flatMap((was) => {
    const is = after.find((one) => sameEndpoint(one, was));
    return is === undefined ? removed(was, change) : [...replaced(was, is, change), ...authChanged(was, is, change), ...silenced(was, is)];
  });
}

function removed(was: EndpointView, change: StackChange): Danger[] {
  const { key } = was;
  const resource = change.before.find((one) => isOfType(one, endpointType) && one.name === `${key}-endpoint`);
  const accepted = resource === undefined ? "" : acceptedText("MOOR526", resource, termsOf(change).after.acceptances);
  const shares = sharesText(was);
  const label = `endpoint ${key} is deleted`;
  const rollback = "This can't be undone: an endpoint that is created again has other keys, and its callers must change.";
  if (shares === "") {
    const text = noticeText(`Endpoint ${key} is deleted. It receives no requests. Its keys and its name are lost.${accepted}`);
    return [{ severity: "look", text, label, rollback }];
  }
  const text = noticeText(
    `Endpoint ${key} is deleted although it serves requests (${shares}). ${callersText(was, change)} receive errors, and its keys are lost.${accepted}`,
  );
  return [{ severity: "danger", text, label: `${label} while it serves requests`, rollback, code: "MOOR526" }];
}

/** Azure's URL of an endpoint contains its name, and a new endpoint has new keys. */
function replaced(was: EndpointView, { name, key }: EndpointView, change: StackChange): Danger[] {
  const step = change.changes.find(({ type, name: logical }) => sameArmId(type, endpointType) && logical === `${key}-endpoint`);
  const isRenamed = was.name !== undefined && name !== undefined && !sameArmId(was.name, name);
  if (step?.kind !== "replace" && !isRenamed) return [];
  const renamed = isRenamed ? " Its name changes, and with it its URL." : "";
  const text = noticeText(
    `Endpoint ${key} is deleted and created again.${renamed} Requests fail until its deployments have started, and callers need the new keys.`,
  );
  const rollback = "This can't be undone: the previous keys are lost.";
  return [{ severity: "danger", text, label: `endpoint ${key} is replaced`, rollback, code: "MOOR523" }];
}

/** What callers send, by Azure's authentication mode. */
const credentials: Readonly<Record<string, string>> = { Key: "the endpoint's key", AADToken: "Microsoft Entra tokens" };
/** The value of `auth` in the stack file. */
const settings: Readonly<Record<string, string>> = { Key: "key", AADToken: "entra" };

function authChanged(was: EndpointView, is: EndpointView, change: StackChange): Danger[] {
  const [before, after] = [was.authMode, is.authMode];
  if (before === undefined || after === undefined || before === after) return [];
  const [from, to] = [credentials[before] ?? before, credentials[after] ?? after];
  const text = noticeText(
    `Endpoint ${is.key}: after the update, Azure accepts only ${to} and rejects ${from}. ${callersText(was, change)} receive errors until they change.`,
  );
  const setting = settings[before] ?? "its previous value";
  const rollback = `Set \`auth\` of the endpoint back to \`${setting}\`, and apply it again.`;
  return [{ severity: "danger", text, label: `endpoint ${is.key} rejects its current callers`, rollback }];
}

/** Without traffic, Azure answers every request with 404. */
function silenced(was: EndpointView, is: EndpointView): Danger[] {
  const shares = sharesText(was);
  if (shares === "" || sharesText(is) !== "") return [];
  const text = noticeText(`Endpoint ${is.key}: no deployment receives requests after the update (before: ${shares}). Azure answers 404.`);
  const rollback = "Restore the weights in the stack file, and apply it again.";
  return [{ severity: "danger", text, label: `endpoint ${is.key} stops answering`, rollback }];
}

/** The callers before the change, as far as the stack assigns roles. Callers with a key are unknown. */
function callersText({ key, authMode }: EndpointView, { before }: StackChange): string {
  if (authMode === "Key") return "All callers with its key";
  const count = before.filter((one) => isCallerOf(key, one)).length;
  const who = count === 1 ? "user, group or application" : "users, groups or applications";
  return count === 0 ? "Its callers" : `Its callers (${count} ${who} with a role)`;
}

function isCallerOf(key: string, resource: RuleResource): boolean {
  return isOfType(resource, roleAssignmentType) && resource.name.startsWith(`${key}-invoker-`);
}
