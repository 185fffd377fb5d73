/** Which deployments answer the requests before and after the run, and how to go back. */
import { trafficText } from "../../../planner/rollout/transition";
import type { StackChange } from "../../change";
import { type Notice, noticeLength, type Section } from "../../section";
import {
  type EndpointPair,
  endpointPairs,
  type LabelChange,
  labelChanges,
  mirrored,
  mirrorOf,
  onlyIn,
  serving,
  weightOf,
} from "../../shares";
import { shortened, summaryOf } from "../../summaries";
import { clausesOf } from "./clauses";
import { answersDiffer, replacementText } from "./recipes";
import { type Rollback, rollbackOfReplacement, rollbackOfWeights } from "./rollback";

export function traffic(change: StackChange): Section {
  const changed = endpointPairs(change).flatMap((pair) => {
    const labels = labelChanges(pair);
    const clauses = clausesOf(pair, labels, change);
    return clauses.length === 0 ? [] : [{ pair, labels, clauses }];
  });
  const summary = (length: "long" | "short") =>
    changed.map(({ pair, clauses }) => `${pair.key}: ${clauses.map((clause) => clause[length]).join(", ")}`);
  const long = summary("long").join("; ");
  return {
    summary: summaryOf(summary(long.length <= summaryOf([long]).length ? "long" : "short")),
    notices: changed.flatMap(({ pair, labels }) => noticesOf(pair, labels, change).map(bounded)),
    details: changed.map(({ pair }) => detailOf(pair)),
    data: changed.map(({ pair: { key, before, after } }) => ({
      endpoint: key,
      before: { traffic: before?.traffic ?? {}, mirrorTraffic: before?.mirrorTraffic ?? {} },
      after: { traffic: after?.traffic ?? {}, mirrorTraffic: after?.mirrorTraffic ?? {} },
    })),
  };
}

function bounded({ text, ...rest }: Notice): Notice {
  return { ...rest, text: shortened(text, noticeLength) };
}

function detailOf({ key, before, after }: EndpointPair): string {
  const text = (endpoint: EndpointPair["before"]) => {
    if (endpoint === undefined) return "no endpoint";
    if (endpoint.trafficIsUnknown) return "known only during the update";
    const mirrored = Object.keys(endpoint.mirrorTraffic).length === 0 ? "" : `, mirrored to ${trafficText(endpoint.mirrorTraffic)}`;
    return `${trafficText(endpoint.traffic)}${mirrored}`;
  };
  return `${key}, weights before: ${text(before)}. After: ${text(after)}.`;
}

function noticesOf(pair: EndpointPair, labels: readonly LabelChange[], change: StackChange): Notice[] {
  const { key, before, after } = pair;
  // The removal of an endpoint is a danger of its own subject.
  if (after === undefined) return [];
  if (before === undefined) return [firstTraffic(key, labels)];
  if (after.trafficIsUnknown) {
    const severity = Object.keys(before.traffic).length === 0 ? "note" : "look";
    return [{ severity, text: `Endpoint ${key}: only the update knows the new traffic weights, so the review can't compare them.` }];
  }
  const [was, is] = [labels.flatMap((one) => one.before), labels.flatMap((one) => one.after)];
  if (weightOf(was) > 0 && weightOf(is) === 0) {
    const text = `Endpoint ${key}: no deployment receives requests after the run (before: ${trafficText(before.traffic)}). Every request returns 404.`;
    return [{ severity: "danger", text, rollback: rollbackOfWeights(pair, labels) }];
  }
  const replaced = labels.filter(isReplaced);
  const shifted = labels.filter((label) => !isReplaced(label) && weightOf(label.before) !== weightOf(label.after));
  return [
    ...replaced.map((label) => replacement(key, label, change)),
    ...labels.flatMap((label) => inPlace(key, label, change)),
    ...(shifted.length === 0 ? [] : [shift(pair, shifted)]),
    ...labels.flatMap((label) => mirrorNotice(key, label)),
    ...labels.flatMap((label) => idleNotices(key, label, change)),
  ];
}

function firstTraffic(key: string, labels: readonly LabelChange[]): Notice {
  const shares = labels.flatMap(({ label, after }) => (weightOf(after) > 0 ? [`${label} ${weightOf(after)}%`] : []));
  const text = shares.length === 0 ? "no deployment receives requests yet" : `its first requests go to ${shares.join(", ")}`;
  return { severity: "note", text: `Endpoint ${key} is new: ${text}.` };
}

/** Whether requests of a label move to another deployment. */
export function isReplaced({ before, after }: LabelChange): boolean {
  return serving(before).length > 0 && onlyIn(serving(after), serving(before)).length > 0;
}

function replacement(key: string, label: LabelChange, change: StackChange): Notice {
  const created = onlyIn(serving(label.after), label.before).length > 0;
  const deleted = onlyIn(serving(label.before), label.after).length > 0;
  const text = `Endpoint ${key}: ${weightOf(label.after)}% of the requests move from ${names(serving(label.before))} to ${names(serving(label.after))}. ${replacementText(key, label, change)}`;
  const kind: Rollback = deleted ? "created" : "kept";
  return { severity: created || deleted ? "look" : "note", text, rollback: rollbackOfReplacement(key, label, kind, change) };
}

/** A deployment with traffic whose recipe changes under the same name. */
function inPlace(key: string, label: LabelChange, change: StackChange): Notice[] {
  return serving(label.after).flatMap((share): Notice[] => {
    const was = label.before.find(({ name }) => name === share.name);
    if (was === undefined || !answersDiffer(key, was, share, change)) return [];
    const text = `Endpoint ${key}: ${share.name}, which receives ${share.weight}% of the requests, is updated in place. ${replacementText(key, { label: label.label, before: [was], after: [share] }, change)}`;
    return [
      { severity: "look", text, rollback: rollbackOfReplacement(key, { ...label, before: [was], after: [share] }, "inPlace", change) },
    ];
  });
}

/** Labels whose weight changes. */
function shift(pair: EndpointPair, labels: readonly LabelChange[]): Notice {
  const created = labels.flatMap(({ before, after }) => onlyIn(serving(after), before));
  const deleted = labels.flatMap(({ before, after }) => onlyIn(serving(before), after));
  const moves = labels.map(({ label, before, after }) => `${label} from ${weightOf(before)}% to ${weightOf(after)}%`);
  const effects = [
    ...(created.length === 0 ? [] : [`${names(created)} ${created.length === 1 ? "is" : "are"} new, so answers can change`]),
    ...(deleted.length === 0
      ? []
      : [`${names(deleted)} ${deleted.length === 1 ? "is" : "are"} deleted after the last requests have ended`]),
  ];
  const effect = effects.length === 0 ? "All deployments exist and are kept" : effects.join("; ");
  return {
    severity: effects.length === 0 ? "note" : "look",
    text: `Endpoint ${pair.key}: the traffic weights change: ${moves.join(", ")}. ${effect}.`,
    rollback: rollbackOfWeights(pair, labels),
  };
}

function mirrorNotice(key: string, { label, before, after }: LabelChange): Notice[] {
  const [was, is] = [mirrorOf(before), mirrorOf(after)];
  const created = onlyIn(mirrored(after), before);
  if (was === is && created.length === 0) return [];
  if (was === is)
    return [{ severity: "note", text: `Endpoint ${key}: ${is}% of the requests are mirrored to ${names(created)}, which is new.` }];
  const text =
    is === 0
      ? `no more requests are mirrored to ${label} (before: ${was}%)`
      : `${is}% of the requests are mirrored to ${label} (before: ${was}%); clients don't receive its answers`;
  return [{ severity: "note", text: `Endpoint ${key}: ${text}.` }];
}

/** Deployments without traffic that are created or deleted. */
function idleNotices(key: string, label: LabelChange, change: StackChange): Notice[] {
  const idle = (weight: number, mirror: number) => weight === 0 && mirror === 0;
  const created = onlyIn(label.after, label.before).filter(({ weight, mirror }) => idle(weight, mirror));
  const deleted = onlyIn(label.before, label.after).filter(({ weight, mirror }) => idle(weight, mirror));
  return [
    ...created.map(({ name }): Notice => ({ severity: "note", text: `Endpoint ${key}: ${name} is created and receives no requests.` })),
    ...deleted.map(
      ({ name }): Notice => ({
        severity: "note",
        text: `Endpoint ${key}: ${name}, which receives no requests, is deleted.`,
        rollback: rollbackOfReplacement(key, label, "created", change),
      }),
    ),
  ];
}

function names(shares: readonly { readonly name: string }[]): string {
  return shares.map(({ name }) => name).join(", ");
}
