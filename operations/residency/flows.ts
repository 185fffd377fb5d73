/** Rows of the flows of data into and out of the stack. */
import { canonicalRegion, isRegion, regionOf } from "../../facts/regions";
import { isBody, isOpaque, type RuleResource, UNKNOWN, type Value, valueText } from "../../rules";
import { at } from "../../rules/resource";
import { valuesAt } from "../../rules/values";
import type { Flow } from "./catalog";
import type { FlowEnd, FlowRow, Outcome } from "./document";
import { basisOf, type Evidence, namedOf, outcomeOfAll, subjectOf } from "./evidence";
import { safeText } from "./safe";

/** The row of a resource that is a flow. @param parts Child resources that belong to it. */
export function flowRow(evidence: Evidence, resource: RuleResource, flow: Flow, parts: readonly RuleResource[]): FlowRow {
  const proofs = [resource, ...parts].flatMap((one) => evidence.placeChecks(one).map((check) => evidence.proof(check, resource)));
  const ends = flow.ends.flatMap((pattern) => endsAt(resource, pattern)).flatMap((value) => endOf(evidence, value));
  const outcome = evidence.rowOutcome(resource, proofs);
  return {
    id: evidence.rowId("flow", resource),
    flow: flow.flow,
    data: flow.data,
    direction: flow.direction,
    ends: ends.length === 0 ? [{ place: "not known" }] : ends,
    resource: subjectOf(resource),
    basis: basisOf(resource),
    // The location of the flow itself doesn't prove the place of an end that isn't shown.
    outcome: ends.length === 0 ? unlessViolated(outcome) : outcome,
    proofs,
    includes: parts.map(namedOf),
  };
}

/** The outcome of a row with an end whose place no property shows. */
function unlessViolated(outcome: Outcome): Outcome {
  return outcome === "violated" ? outcome : "unproved";
}

/** Flows of an endpoint and of an action group that are not resources of their own. */
export function impliedFlows(evidence: Evidence, resource: RuleResource): FlowRow[] {
  const type = resource.type.toLowerCase();
  if (type === "microsoft.machinelearningservices/workspaces/onlineendpoints") return [ingress(evidence, resource)];
  return type === "microsoft.insights/actiongroups" ? [alerts(evidence, resource)] : [];
}

function ingress(evidence: Evidence, resource: RuleResource): FlowRow {
  const property = "properties.publicNetworkAccess";
  const checks = evidence.checksOf(resource).filter((check) => check.property === property);
  const proofs = checks.map((check) => evidence.proof(check));
  const isPrivate = at(resource, property) === "Disabled";
  return {
    id: `flow/requests/${safeText(resource.name)}`,
    flow: "Requests to the endpoint",
    data: "Prompts and answers",
    direction: "in",
    ends: [
      {
        place: isPrivate
          ? "callers with access to a private endpoint of the workspace (public access: disabled)"
          : "callers in any network (public access: not disabled)",
      },
    ],
    resource: subjectOf(resource),
    basis: basisOf(resource),
    outcome: unlessViolated(outcomeOfAll(proofs)),
    proofs,
    includes: [],
    unproved: "No property shows the location of the callers.",
  };
}

/** The receivers are counted: their addresses and names are personal data. */
function alerts(evidence: Evidence, resource: RuleResource): FlowRow {
  const properties = at(resource, "properties");
  const lists = isBody(properties) ? Object.entries(properties).filter(([key]) => /Receivers$/.test(key)) : [];
  const ends = lists.flatMap(([key, list]) => {
    if (!Array.isArray(list)) return list === UNKNOWN ? [{ place: `${receiver(key)} receivers, known only during the update` }] : [];
    return list.length === 0 ? [] : [{ place: `${list.length} ${receiver(key)} ${list.length === 1 ? "receiver" : "receivers"}` }];
  });
  const proofs = evidence.placeChecks(resource).map((check) => evidence.proof(check));
  return {
    id: `flow/alerts/${safeText(resource.name)}`,
    flow: "Alert messages",
    data: "Names of alerts and endpoints, metric values",
    direction: "out",
    ends,
    resource: subjectOf(resource),
    basis: basisOf(resource),
    outcome: ends.length === 0 ? outcomeOfAll(proofs) : unlessViolated(outcomeOfAll(proofs)),
    proofs,
    includes: [],
    ...(ends.length === 0 ? {} : { unproved: "No property shows the route and the place of delivery of alert messages." }),
  };
}

/** `emailReceivers` becomes `e-mail`, `armRoleReceivers` becomes `arm role`. */
function receiver(key: string): string {
  const words = key
    .replace(/Receivers$/, "")
    .replace(/([A-Z])/g, " $1")
    .toLowerCase();
  return words === "email" ? "e-mail" : words;
}

/** The values at a path pattern, or the opaque value of a parent. A parent of another type, such as the destination of an FQDN rule, is no end. */
function endsAt({ body }: RuleResource, pattern: string): Value[] {
  const depth = pattern.split(".").length;
  return valuesAt(body, pattern).flatMap(({ path, value }) => (isOpaque(value) || path.split(".").length === depth ? [value] : []));
}

function endOf(evidence: Evidence, value: Value): FlowEnd[] {
  if (value === undefined || value === null || isBody(value)) return [];
  if (typeof value !== "string") return [{ place: valueText(value) }];
  if (value.startsWith("/")) {
    const { name, ...place } = evidence.placeOfId(value);
    return [{ place: name, ...place }];
  }
  return [{ place: safeText(hostOf(value)), ...regionOfTag(value) }];
}

/** Only the host of a URL: paths and queries can contain tokens. */
function hostOf(text: string): string {
  return text.includes("://") && URL.canParse(text) ? new URL(text).host : text;
}

/** The region of a service tag such as `Storage.swedencentral`. */
function regionOfTag(tag: string): { readonly region?: string; readonly country?: string } {
  const suffix = canonicalRegion(tag.split(".").at(-1) ?? "");
  return isRegion(suffix) ? { region: suffix, country: regionOf(suffix).country } : {};
}
