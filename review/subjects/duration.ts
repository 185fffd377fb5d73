/** How long the run takes: an estimate from the times that Azure's operations usually take. */
import { type DurationKind, durations, durationsAsOf, type Minutes } from "../../facts/durations";
import { DOCKER_IMAGE } from "../../rules/read/pulumi";
import { isOfType } from "../../rules/resource";
import { valueAt } from "../../rules/values";
import type { ResourceChange, StackChange } from "../change";
import { inParallel, inSequence, minutesText } from "../minutes";
import type { Section } from "../section";
import { endpointPairs } from "../shares";
import { shortened, summaryLength } from "../summaries";
import { type Branch, endpointBranch } from "./endpointDuration";

/** Above it, a reviewer should plan the run. */
const longMinutes = 60;

/** The components of published images, which import or push an image when they are created. */
const publishedImage = "moor:index:PublishedImage";

export function duration(change: StackChange): Section {
  const changed = change.changes.filter(({ kind }) => kind !== "same");
  if (changed.length === 0) return { summary: "", notices: [] };
  const platform = platformBranch(change, changed);
  const endpoints = endpointPairs(change).map((pair) => endpointBranch(pair, change, platform.minutes));
  const branches = [...endpoints, platform].filter(({ parts }) => parts.length > 0);
  const total = inParallel([...branches.map(({ minutes }) => minutes), durations.others]);
  const longest = branches.reduce<Branch | undefined>(
    (found, one) => (found === undefined || one.minutes.max > found.minutes.max ? one : found),
    undefined,
  );
  const reasons = longest === undefined ? [] : [...(longest === platform ? [] : platform.reasons), ...longest.reasons];
  const summary = `${minutesText(total)}${reasons.length === 0 ? "" : ` (${reasons.join("; ")})`}`;
  return {
    summary: shortened(summary, summaryLength),
    notices: total.max > longMinutes ? [{ severity: "note", text: shortened(`The run takes ${summary}.`, 300) }] : [],
    details: [
      `The duration is an estimate: Azure guarantees no times (table of ${durationsAsOf}).`,
      ...branches.map(({ name, parts }) => `${name}: ${parts.map(({ what, minutes }) => `${what} ${rangeText(minutes)}`).join(", ")}.`),
    ],
    data: { minutes: total, branches: branches.map(({ name, minutes, parts }) => ({ name, minutes, parts })) },
  };
}

function rangeText(minutes: Minutes): string {
  return minutes.min === 0
    ? minutesText({ min: minutes.max, max: minutes.max }).replace("about", "up to")
    : minutesText(minutes).replace("about ", "");
}

const workspaceType = "Microsoft.MachineLearningServices/workspaces";
const outboundRuleType = `${workspaceType}/outboundRules`;

/** What the endpoints wait for: the workspace with its managed network, and images. Both are created in parallel. */
function platformBranch({ preview, before }: StackChange, changed: readonly ResourceChange[]): Branch {
  const isNew = ({ kind }: ResourceChange) => kind === "create" || kind === "replace";
  const workspace = changed.find(({ after }) => after !== undefined && isOfType(after, workspaceType));
  const creates = workspace !== undefined && isNew(workspace);
  const isIsolated = creates && isolationMode(workspace) !== "Disabled";
  const isHostName = ({ type, after }: ResourceChange) => type === outboundRuleType && valueAt(after?.body, "properties.type") === "FQDN";
  const hadFirewall = before.some((one) => isOfType(one, outboundRuleType) && valueAt(one.body, "properties.type") === "FQDN");
  const firewall = !hadFirewall && changed.some((one) => isNew(one) && isHostName(one));
  const network = [
    ...(creates ? [part("workspace", "workspace")] : []),
    ...(isIsolated ? [part("managed network", "managedNetwork")] : []),
    ...(firewall ? [part("firewall", "firewall")] : []),
    ...(changed.some(({ kind, before }) => kind === "delete" && before !== undefined && isOfType(before, workspaceType))
      ? [part("deletion of the workspace", "deletion")]
      : []),
  ];
  const publishes = preview.steps.some(
    ({ token, operation }) => operation === "create" && (token === DOCKER_IMAGE || token === publishedImage),
  );
  const images = publishes ? [part("images, in parallel", "image")] : [];
  return {
    name: "Platform",
    minutes: inParallel([inSequence(network.map(({ minutes }) => minutes)), ...images.map(({ minutes }) => minutes)]),
    parts: [...network, ...images],
    reasons: [
      ...(isIsolated ? ["new managed network"] : creates ? ["new workspace"] : firewall ? ["new firewall"] : []),
      ...(publishes && !creates ? ["new images"] : []),
    ],
  };
}

function isolationMode({ after }: ResourceChange): unknown {
  return valueAt(after?.body, "properties.managedNetwork.isolationMode") ?? "Disabled";
}

function part(what: string, kind: DurationKind) {
  const { min, max } = durations[kind];
  return { what, minutes: { min, max } };
}
