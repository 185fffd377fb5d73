/** The changes of an endpoint's traffic in a few words, for the summary. */
import type { StackChange } from "../../change";
import { type EndpointPair, type LabelChange, mirrored, mirrorOf, onlyIn, type Share, serving, weightOf } from "../../shares";
import { answersDiffer, distinctionOf, modelOf } from "./recipes";

/** One change. The long form says how deployments differ, for example by model. */
export interface Clause {
  readonly long: string;
  readonly short: string;
}

/** The most important change first. Empty if nothing changes. */
export function clausesOf(pair: EndpointPair, labels: readonly LabelChange[], change: StackChange): Clause[] {
  const { key, before, after } = pair;
  if (after === undefined)
    return [only(`${labels.length === 0 ? "" : `${weightOf(all(labels, "before"))}% to 0%, `}the endpoint is deleted`)];
  if (after.trafficIsUnknown) return before?.trafficIsUnknown ? [] : [only("weights are known only during the update")];
  if (before === undefined) return firstTraffic(key, labels, change);
  return [
    ...labels.flatMap((label) => serviceClauses(key, label, change)),
    ...labels.flatMap(({ label, before: was, after: is }) => mirrorClauses(label, was, is)),
    ...labels.flatMap(idleClauses),
  ];
}

function firstTraffic(key: string, labels: readonly LabelChange[], change: StackChange): Clause[] {
  const served = labels.filter(({ after }) => weightOf(after) > 0);
  if (served.length === 0) return [only("new endpoint without traffic")];
  const shares = served.map(({ label, after }) => ({
    text: `${label} ${weightOf(after)}%`,
    model: modelOf(key, serving(after)[0], change),
  }));
  return shares.map(({ text, model }, at) => {
    const short = at === 0 ? `new endpoint, ${text}` : text;
    return { long: model === undefined ? short : `${short} (${model})`, short };
  });
}

/** Requests whose weight or deployment changes. */
function serviceClauses(key: string, label: LabelChange, change: StackChange): Clause[] {
  const [was, is] = [serving(label.before), serving(label.after)];
  const [from, to] = [weightOf(was), weightOf(is)];
  const model = was.length === 0 && onlyIn(is, label.before).length > 0 ? modelOf(key, is[0], change) : undefined;
  const text = `${label.label} ${from}% to ${to}%${gone(was, label.after)}`;
  const weights = from === to ? [] : [{ long: model === undefined ? text : `${text} (new, ${model})`, short: text }];
  if (was.length === 0 || is.length === 0) return weights;
  if (onlyIn(is, was).length > 0 || onlyIn(was, is).length > 0) return [...weights, move(key, label, change)];
  const updated = is.filter((share) => answersDiffer(key, was.find(({ name }) => name === share.name)!, share, change));
  return [...weights, ...updated.map(({ name, weight }) => only(`${name} (${weight}%) is updated in place`))];
}

function gone(was: readonly Share[], after: readonly Share[]): string {
  return was.length > 0 && serving(after).length === 0 && onlyIn(was, after).length > 0 ? " (then deleted)" : "";
}

function move(key: string, label: LabelChange, change: StackChange): Clause {
  const [was, is] = [serving(label.before), serving(label.after)];
  const end = onlyIn(was, label.after).length > 0 ? "then deleted" : "kept at 0%";
  const isRollback = onlyIn(is, label.before).length === 0;
  const prefix = isRollback ? `rollback of ${label.label} to a running deployment: ` : "";
  const { values, kind } = distinctionOf(key, label, change) ?? {};
  const text = (verb: string, before: string, after: string | undefined) =>
    `${weightOf(is)}%${verb} from ${names(was)} (${before}) to ${names(is)}${after === undefined ? "" : ` (${after})`}`;
  return {
    long: prefix + (values === undefined ? text(" moves", end, kind) : text(" moves", `${values[0]}, ${end}`, values[1])),
    short: prefix + text("", end, kind),
  };
}

function mirrorClauses(label: string, before: readonly Share[], after: readonly Share[]): Clause[] {
  const [was, is] = [mirrorOf(before), mirrorOf(after)];
  if (was !== is) return [only(`mirrored to ${label}: ${was}% to ${is}%`)];
  return onlyIn(mirrored(after), before).length === 0 ? [] : [only(`${label} with ${is}% of mirrored requests is replaced`)];
}

function idleClauses({ label, before, after }: LabelChange): Clause[] {
  const created = onlyIn(after, before).filter(isIdle);
  const deleted = onlyIn(before, after).filter(isIdle);
  if (created.length > 0 && deleted.length > 0) return [only(`${label} at 0% is replaced`)];
  return [...created.map(({ name }) => only(`${name} is added at 0%`)), ...deleted.map(({ name }) => only(`${name} at 0% is deleted`))];
}

function isIdle({ weight, mirror }: Share): boolean {
  return weight === 0 && mirror === 0;
}

function all(labels: readonly LabelChange[], side: "before" | "after"): Share[] {
  return labels.flatMap((label) => label[side]);
}

function names(shares: readonly Share[]): string {
  return shares.map(({ name }) => name).join(", ");
}

function only(text: string): Clause {
  return { long: text, short: text };
}
