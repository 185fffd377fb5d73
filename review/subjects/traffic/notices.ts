/** The statements about the traffic of one endpoint. */
import { trafficText } from "../../../planner/rollout/transition";
import type { StackChange } from "../../change";
import type { Notice, Severity } from "../../section";
import { type EndpointPair, type LabelChange, mirrored, mirrorOf, onlyIn, serving, weightOf } from "../../shares";
import { answersDiffer, replacementText } from "./recipes";
import { type Rollback, rollbackOfReplacement, rollbackOfWeights } from "./rollback";

/** The most important statement first. Empty if nothing changes, or if the endpoint is deleted. */
export function noticesOf(pair: EndpointPair, labels: readonly LabelChange[], change: StackChange): Notice[] {
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
  if (weightOf(was) === 0 && weightOf(is) > 0)
    return [{ severity: "note", text: `Endpoint ${key} receives its first requests: ${sharesText(labels)}.` }];
  const replaced = labels.filter(isReplaced);
  const shifted = labels.filter((label) => !isReplaced(label) && weightOf(label.before) !== weightOf(label.after));
  return [
    ...merged(replaced.map((label) => replacement(key, label, change))).map((one) => replacementNotice(key, one)),
    ...labels.flatMap((label) => inPlace(key, label, change)),
    ...(shifted.length === 0 ? [] : [shift(pair, shifted)]),
    ...labels.flatMap((label) => mirrorNotice(key, label)),
    ...labels.flatMap((label) => idleNotices(key, label, change)),
  ];
}

function firstTraffic(key: string, labels: readonly LabelChange[]): Notice {
  const shares = sharesText(labels);
  const text = shares === "" ? "no deployment receives requests yet" : `its first requests go to ${shares}`;
  return { severity: "note", text: `Endpoint ${key} is new: ${text}.` };
}

function sharesText(labels: readonly LabelChange[]): string {
  return labels.flatMap(({ label, after }) => (weightOf(after) > 0 ? [`${label} ${weightOf(after)}%`] : [])).join(", ");
}

/** Whether requests of a label move to another deployment. */
function isReplaced({ before, after }: LabelChange): boolean {
  return serving(before).length > 0 && onlyIn(serving(after), serving(before)).length > 0;
}

/** Requests of one label, or of several with the same consequence, that move to other deployments. */
interface Replacement {
  readonly severity: Severity;
  /** For example `90% of the requests move from main-8c1f02ab to main-5d2e91f0`, without the words that all moves have in common. */
  readonly moves: readonly { readonly percent: number; readonly from: string; readonly to: string }[];
  readonly difference: string;
  readonly rollback: string;
}

function replacement(key: string, label: LabelChange, change: StackChange): Replacement {
  const created = onlyIn(serving(label.after), label.before).length > 0;
  const deleted = onlyIn(serving(label.before), label.after).length > 0;
  const kind: Rollback = deleted ? "created" : "kept";
  return {
    severity: created || deleted ? "look" : "note",
    moves: [{ percent: weightOf(label.after), from: names(serving(label.before)), to: names(serving(label.after)) }],
    difference: replacementText(key, label, change),
    rollback: rollbackOfReplacement(key, label, kind, change),
  };
}

function merged(all: readonly Replacement[]): Replacement[] {
  const isSame = (one: Replacement, other: Replacement) =>
    one.severity === other.severity && one.difference === other.difference && one.rollback === other.rollback;
  const first = all.filter((one, at) => all.findIndex((other) => isSame(one, other)) === at);
  return first.map((one) => ({ ...one, moves: all.filter((other) => isSame(one, other)).flatMap(({ moves }) => moves) }));
}

const shownMoves = 3;

function replacementNotice(key: string, { severity, moves, difference, rollback }: Replacement): Notice {
  const texts = moves
    .slice(0, shownMoves)
    .map(({ percent, from, to }, at) => `${percent}%${at === 0 ? " of the requests move" : ""} from ${from} to ${to}`);
  const more = moves.length > shownMoves ? `, and ${moves.length - shownMoves} more` : "";
  const isRollback = severity === "note" ? " This is a rollback to a deployment that already runs." : "";
  return { severity, text: `Endpoint ${key}: ${texts.join(", ")}${more}.${isRollback} ${difference}`, rollback };
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
