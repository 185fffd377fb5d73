/** Resources that hold data, identities or addresses and that are deleted or replaced, and changes that Azure can't undo. */
import { sameArmId } from "../../../azure/armId";
import { armTypeOf } from "../../../azure/resourceTypes";
import { checkChange, checkReplacement, type DoorCode, doorCodes, isFinding, kindOf, type RuleResource } from "../../../rules";
import { contentsOf } from "../../../rules/doors/valuables";
import { at, isOfType } from "../../../rules/resource";
import { isBody, type Value } from "../../../rules/values";
import type { ResourceChange, StackChange } from "../../change";
import { termsOf } from "../../terms";
import { acceptedText, type Danger, merged, type Statement } from "./danger";

const account = armTypeOf("storage:StorageAccount");
const endpoint = armTypeOf("machinelearningservices:OnlineEndpoint");
const deployment = armTypeOf("machinelearningservices:OnlineDeployment");
/** A rollout registers and removes them; the weights and the image stay in their stores. */
const registrations = [armTypeOf("machinelearningservices:ModelVersion"), armTypeOf("machinelearningservices:EnvironmentVersion")];

/** What the replacement of a type without data interrupts. */
const interruptions: Readonly<Record<string, string>> = {
  [armTypeOf("managedidentity:UserAssignedIdentity")]:
    "A new identity has no roles yet, so containers that use it can't pull images or read weights.",
  [armTypeOf("network:VirtualNetwork")]: "Private endpoints and peerings stop working.",
  [armTypeOf("network:Subnet")]: "Private endpoints stop working.",
  [armTypeOf("network:PrivateEndpoint")]: "The service can't be reached from the network until the connection is approved again.",
  [armTypeOf("network:PrivateDnsZoneGroup")]: "The name of the service doesn't resolve in the meantime.",
  "Microsoft.Network/privateDnsZones": "Names of the zone don't resolve in the meantime.",
  "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "Names don't resolve in the network in the meantime.",
};

/** What the deletion of a type without data interrupts, if other resources use it. */
const losses: Readonly<Record<string, string>> = {
  [armTypeOf("managedidentity:UserAssignedIdentity")]: "They lose its roles and can't pull images or read weights.",
  [armTypeOf("network:VirtualNetwork")]: "Azure rejects the deletion, or they can't be reached.",
  [armTypeOf("network:Subnet")]: "Azure rejects the deletion, or they can't be reached.",
  [armTypeOf("network:NatGateway")]: "They lose their way out of the network.",
};

const lossByType = new Map(Object.entries(losses).map(([type, text]) => [type.toLowerCase(), text]));
const interruptionByType = new Map(Object.entries(interruptions).map(([type, text]) => [type.toLowerCase(), text]));

/** Why a deletion can be reverted or not, by type. */
const softDeleted: Readonly<Record<string, string>> = {
  "microsoft.keyvault/vaults": "Azure keeps a deleted Key Vault for its retention time: recover it with `az keyvault recover`.",
  "microsoft.machinelearningservices/workspaces": "Azure keeps a deleted workspace for 14 days: recover it in the portal.",
  "microsoft.operationalinsights/workspaces": "Azure keeps a deleted Log Analytics workspace for 14 days.",
};
const final = "This can't be undone.";

export function storeDangers(change: StackChange): Danger[] {
  return merged(
    change.changes.flatMap((one) => statementsOf(one, change)),
    change,
  );
}

function statementsOf(one: ResourceChange, change: StackChange): Statement[] {
  const { kind, before, after, name, step } = one;
  // Azure keeps what a template no longer writes, and a replaced template writes the same resources again.
  const isInTemplate = name !== step.name;
  switch (kind) {
    case "delete":
      return before === undefined || isInTemplate ? [] : deleted(before, change);
    case "replace":
      if (before === undefined || after === undefined) return [];
      return isInTemplate ? doors(before, after, change) : replaced(before, after, one, change);
    case "update":
      return before === undefined || after === undefined ? [] : doors(before, after, change);
    case "create":
    case "same":
      return [];
    default:
      return kind satisfies never;
  }
}

function deleted(before: RuleResource, change: StackChange): Statement[] {
  if (isServing(before)) return [];
  const contents = contentsOf(before.type);
  if (contents === undefined) return unsupported(before, change);
  const accepted = acceptedText("MOOR525", before, termsOf(change).after.acceptances);
  const rollback = softDeleted[before.type.toLowerCase()] ?? final;
  if (registrations.some((type) => isOfType(before, type))) return registration(before, change);
  if (isOfType(before, account) && !holdsData(before, change)) {
    const says = `deleted. It isn't the storage account of a workspace; files in it are lost.${accepted}`;
    return [{ severity: "look", resource: before, says, short: "deleted", rollback, code: "MOOR525" }];
  }
  const says = `deleted. Contents: ${contents}. ${doorCodes.MOOR525.lost}${accepted}`;
  return [{ severity: "danger", resource: before, says, short: "deleted with its data", rollback, code: "MOOR525" }];
}

/** An identity or a network that other resources still use. */
function unsupported(before: RuleResource, { after }: StackChange): Statement[] {
  const consequence = lossByType.get(before.type.toLowerCase());
  const { id } = before;
  if (consequence === undefined || id === undefined || !after.some(({ body }) => mentions(body, id.toLowerCase()))) return [];
  const says = `deleted, although other resources use it. ${consequence}`;
  return [
    { severity: "danger", resource: before, says, short: "deleted while in use", rollback: "Restore the stack file, and apply it again." },
  ];
}

/** Whether a value contains an ARM ID, or the ID of one of its child resources. */
function mentions(value: Value, id: string): boolean {
  if (typeof value === "string") return value.toLowerCase() === id || value.toLowerCase().startsWith(`${id}/`);
  if (Array.isArray(value)) return value.some((item) => mentions(item, id));
  return isBody(value) && Object.entries(value).some(([key, item]) => mentions(key, id) || mentions(item, id));
}

/** A registration that no remaining deployment uses. */
function registration(before: RuleResource, { after, endpoints }: StackChange): Statement[] {
  const users = endpoints.after.flatMap(({ deployments }) => deployments).filter(({ resource }) => refersTo(resource, before));
  if (users.length > 0 && !after.some((one) => sameArmId(one.id, before.id))) {
    const says = "deleted, although a deployment uses it. Instances that start later fail.";
    return [{ severity: "danger", resource: before, says, short: "deleted while in use", rollback: final, code: "MOOR525" }];
  }
  const store = isOfType(before, registrations[0]!) ? "weights stay in the storage account" : "image stays in the container registry";
  const says = `deleted. No deployment uses it, and its ${store}.`;
  return [{ severity: "note", resource: before, says, short: "deleted" }];
}

function refersTo(deployed: RuleResource, { id }: RuleResource): boolean {
  const references = [at(deployed, "properties.model"), at(deployed, "properties.environmentId")];
  return references.some((reference) => typeof reference === "string" && sameArmId(reference, id));
}

/** Moor keeps data in the storage account of the workspace. Another one contains the files of deployment scripts. */
function holdsData({ id }: RuleResource, { before }: StackChange): boolean {
  const workspaces = before.filter((one) => isOfType(one, armTypeOf("machinelearningservices:Workspace")));
  const accounts = workspaces.map((one) => at(one, "properties.storageAccount"));
  return workspaces.length === 0 || id === undefined || accounts.some((one) => typeof one !== "string" || sameArmId(one, id));
}

function replaced(before: RuleResource, after: RuleResource, { step }: ResourceChange, change: StackChange): Statement[] {
  if (isServing(before)) return [];
  const contents = contentsOf(before.type);
  const interruption = interruptionByType.get(before.type.toLowerCase());
  if (contents === undefined && interruption === undefined) return [];
  const [door] = checkReplacement({ before, after }).filter(isFinding);
  const code = door?.code ?? (contents === undefined ? undefined : "MOOR524");
  const property = step.replacedBy[0] ?? door?.property;
  const cause = property === undefined ? "" : ` because \`${settingName(property)}\` changes`;
  const consequence = contents === undefined ? interruption : `The data is lost. Contents: ${contents}.`;
  const accepted = code === undefined ? "" : acceptedText(code, before, termsOf(change).after.acceptances);
  const says = `deleted and created again${cause}. ${consequence}${accepted}`;
  const rollback = contents === undefined ? "Restore the stack file, and apply it again. It is replaced again." : final;
  return [{ severity: "danger", resource: before, says, short: "replaced", rollback, ...(code === undefined ? {} : { code }) }];
}

/** The one-way doors of a change in place. Endpoints and deployments have them too. */
function doors(before: RuleResource, after: RuleResource, change: StackChange): Statement[] {
  return checkChange({ before, after }).map(({ code, outcome, property, value }) => {
    const { title, lost } = doorCodes[code as DoorCode];
    const short = withoutStop(title);
    if (outcome === "unknown") {
      const says = `\`${settingName(property)}\` is known only during the update. If it changes: ${lost}`;
      return { severity: "look", resource: after, says, short: `possibly: ${short}`, code };
    }
    const setting = `\`${settingName(property)}\``;
    const shown = isSimple(value) ? `${setting} changes from ${value.replace(" → ", " to ")}` : `${setting} changes`;
    const accepted = acceptedText(code, after, termsOf(change).after.acceptances);
    return { severity: "danger", resource: after, says: `${shown}. ${lost}${accepted}`, short, rollback: kindOf(code).remedy, code };
  });
}

/** A property as people know it: without the level `properties`, which all bodies of ARM have. */
function settingName(property: string): string {
  return property.replace(/^properties\./, "");
}

/** Whether two values are words or numbers, such as settings of Azure, so that they can be shown. */
function isSimple(value: string): boolean {
  return /^[\w. ]{1,40} → [\w. ]{1,40}$/.test(value);
}

function withoutStop(text: string): string {
  return text.replaceAll("`", "");
}

function isServing({ type }: RuleResource): boolean {
  return sameArmId(type, endpoint) || sameArmId(type, deployment);
}
