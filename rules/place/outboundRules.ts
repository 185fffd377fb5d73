/** Outbound rules of managed networks: destinations to which deployments can send data. */
import { armTypeOf } from "../../azure/resourceTypes";
import { FRONT_DOOR_TAG } from "../../facts/globalServices";
import { isHubHost } from "../../facts/hub";
import type { FindingCode } from "../codes";
import type { Check } from "../finding";
import { isOfType, type RuleResource } from "../resource";
import { checked, type Rule, type RuleContext } from "../rule";
import { type Body, isBody, isOpaque, type Placed, type Value, valueAt, valuesAt, valueText } from "../values";
import { flowCheck } from "./flows";
import { isPrivateAddress, judgeHost } from "./host";
import { holds, type Judgement, judgeRegion, opaque, violated } from "./judgement";
import { judgeTarget } from "./target";

const workspace = armTypeOf("machinelearningservices:Workspace");

/** Rules as resources of their own, and in the body of a workspace or of a managed network. */
const PLACES: readonly { readonly type: string; readonly rules: string }[] = [
  { type: armTypeOf("machinelearningservices:ManagedNetworkSettingsRule"), rules: "properties" },
  { type: `${workspace}/managedNetworks/outboundRules`, rules: "properties" },
  { type: workspace, rules: "properties.managedNetwork.outboundRules.*" },
  { type: `${workspace}/managedNetworks`, rules: "properties.managedNetwork.outboundRules.*" },
];

/**
 * Service tags that Azure itself allows in every managed network. They have no region. Source: Azure docs,
 * machine-learning/how-to-managed-network (2025-05-23), required outbound rules.
 */
const REQUIRED_TAGS: ReadonlySet<string> = new Set(
  [
    FRONT_DOOR_TAG,
    "AzureActiveDirectory",
    "AzureMachineLearning",
    "AzureResourceManager",
    "MicrosoftContainerRegistry",
    "AzureMonitor",
  ].map((tag) => tag.toLowerCase()),
);

export const outboundRules: readonly Rule[] = PLACES.map(({ type, rules }) => ({
  code: "MOOR413",
  types: [type],
  check: (resource, context) =>
    valuesAt(resource.body, rules)
      .filter(({ path }) => !isListed(resource, path, context))
      .flatMap((rule) => checkRule(rule, resource, context)),
}));

/** Whether a rule in the body of an observed workspace is also among the resources, where it is checked once. */
function isListed(resource: RuleResource, path: string, { resources }: RuleContext): boolean {
  const { from, id } = resource;
  const [, name] = /\.outboundRules\.([^.]+)$/.exec(path) ?? [];
  if (from !== "observed" || id === undefined || name === undefined || !isOfType(resource, workspace)) return false;
  return resources.find(`${id}/outboundRules/${name}`)?.from === "observed";
}

function checkRule({ path, value }: Placed, resource: RuleResource, context: RuleContext): Check[] {
  if (!isBody(value)) {
    const text = { problem: `The rule is ${isOpaque(value) ? valueText(value) : "not an outbound rule"}.`, allowed: ALLOWED };
    return [checked("MOOR413", isOpaque(value) ? "unknown" : "violated", resource, path, isOpaque(value) ? value : "not a rule", text)];
  }
  const property = `${path}.destination`;
  const result = (code: FindingCode, at: string, shown: Value, judgement: Judgement) =>
    flowCheck({ code, flow: "Deployments can send data to" }, resource, at, shown, judgement, context);
  const type = valueAt(value, "type");
  const destination = valueAt(value, "destination");
  if (isOpaque(type) || isOpaque(destination)) {
    const shown = isOpaque(type) ? type : destination;
    return [result("MOOR413", property, shown, opaque(shown)!)];
  }
  switch (typeof type === "string" ? type.toLowerCase() : undefined) {
    case "fqdn":
      return [
        result(
          typeof destination === "string" && isHubHost(destination) ? "MOOR425" : "MOOR413",
          property,
          destination,
          judgeHost(destination, context),
        ),
      ];
    case "privateendpoint": {
      const target = valueAt(destination, "serviceResourceId");
      return [result("MOOR413", `${property}.serviceResourceId`, target, judgeTarget(target, context))];
    }
    case "servicetag":
      return checkTag(value, property, resource, context, result);
    default:
      return [result("MOOR413", `${path}.type`, type, violated("is not a type of outbound rule"))];
  }
}

const ALLOWED = "private endpoints of resources in the residency";

type Result = (code: FindingCode, property: string, value: Value, judgement: Judgement) => Check;

/** Whether Azure created an outbound rule: the category can't be written for other rules. */
function isRequired(category: Value): boolean {
  return typeof category === "string" && ["required", "dependency", "recommended"].includes(category.toLowerCase());
}

/** A service tag with a region: `Storage.SwedenCentral`. Addresses in the rule replace the tag's. */
function checkTag(rule: Body, property: string, resource: RuleResource, { contract }: RuleContext, result: Result): Check[] {
  const action = valueAt(rule, "destination.action");
  const tag = valueAt(rule, "destination.serviceTag");
  if (typeof action === "string" && action.toLowerCase() === "deny") return [result("MOOR413", `${property}.action`, action, holds)];
  const addresses = valuesAt(rule, "destination.addressPrefixes.*").map(({ path, value }) =>
    result("MOOR413", `${property}.${path.replace(/^destination\./, "")}`, value, judgeAddress(value)),
  );
  const category = valueAt(rule, "category");
  // With `ignoreChanges`, the workspace's inputs in an update contain Azure's own rules, as Azure returned them with their category.
  const isInline = !/\/outboundRules$/i.test(resource.type);
  const isReturned = resource.from === "observed" || (isInline && isRequired(category));
  const isAzures = isReturned && category !== "UserDefined" && typeof tag === "string" && REQUIRED_TAGS.has(tag.toLowerCase());
  const judged = opaque(tag) ?? (typeof tag === "string" && tag !== "" ? judgeTag(tag, contract) : violated("is not a service tag"));
  return [result(isAzures ? "MOOR430" : "MOOR413", `${property}.serviceTag`, tag, judged), ...addresses];
}

function judgeTag(tag: string, contract: RuleContext["contract"]): Judgement {
  // The managed network itself.
  if (tag.toLowerCase() === "virtualnetwork") return holds;
  const [, region] = tag.split(".");
  if (region === undefined || region === "FirstParty") return violated("is a service tag without a region");
  return judgeRegion(region, contract);
}

function judgeAddress(value: Value): Judgement {
  const unreadable = opaque(value);
  if (unreadable !== undefined) return unreadable;
  const isPrivate = typeof value === "string" && isPrivateAddress(value.replace(/\/\d+$/, ""));
  return isPrivate ? holds : violated("is an address range whose region isn't known");
}
