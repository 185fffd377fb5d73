/** How the deployments of a label differ in what they serve. */
import type { StackChange } from "../../change";
import { type Served, type ServedPart, servedBy } from "../../served";
import { affectsModel, type Distinction, differenceText, differingParts, distinction, isOnlySizeChange } from "../../servedDifferences";
import { type LabelChange, type Share, serving } from "../../shares";

/** Whether the answers of a deployment can change under the same name. A value that is unknown on one side doesn't count. */
export function answersDiffer(key: string, before: Share, after: Share, change: StackChange): boolean {
  const [was, is] = [servedOf(key, before, change.before), servedOf(key, after, change.after)];
  if (was === undefined || is === undefined) return false;
  const isKnown = (part: ServedPart) => was[part] !== undefined && is[part] !== undefined;
  return differingParts(was, is).some((part) => part !== "size" && isKnown(part) && (part !== "flags" || affectsModel(was, is)));
}

/** What changes when requests move from the previous deployment of a label to the new one. */
export function replacementText(key: string, label: LabelChange, change: StackChange): string {
  const pair = servedPair(key, label, change);
  if (pair === undefined) return "Answers can change.";
  const [was, is] = pair;
  const parts = differingParts(was, is);
  const difference = differenceText(was, is);
  if (parts.length === 0) return "The model, the image and the flags are the same; other settings differ.";
  if (isOnlySizeChange(was, is)) return `The model and the image are the same, on another machine: ${difference}.`;
  const clients = parts.includes("servedName") ? " Clients must send the new model name." : "";
  return `Answers can change: ${difference}.${clients}`;
}

/** A few words for each of both deployments, for example their models. */
export function distinctionOf(key: string, label: LabelChange, change: StackChange): Distinction | undefined {
  const pair = servedPair(key, label, change);
  return pair && distinction(...pair);
}

/** The model of a deployment without its organization, or undefined if it is unknown. */
export function modelOf(key: string, share: Share | undefined, change: StackChange): string | undefined {
  return servedOf(key, share, change.after, change.before)?.model?.split("/").at(-1);
}

function servedPair(key: string, { before, after }: LabelChange, change: StackChange): readonly [Served, Served] | undefined {
  const [was, is] = [serving(before)[0] ?? before[0], serving(after)[0] ?? after[0]];
  const [earlier, later] = [servedOf(key, was, change.before), servedOf(key, is, change.after, change.before)];
  return earlier === undefined || later === undefined ? undefined : [earlier, later];
}

type Resources = StackChange["after"];

function servedOf(key: string, share: Share | undefined, resources: Resources, existing?: Resources): Served | undefined {
  return share?.deployment && servedBy(key, share.deployment, resources, existing);
}
