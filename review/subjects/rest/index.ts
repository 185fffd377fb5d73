/** Everything that changes, in one line for each kind of resource, and what the review can't see. */
import { isDeepStrictEqual } from "node:util";
import { sameArmId } from "../../../azure/armId";
import { DOCKER_IMAGE } from "../../../rules/read/pulumi";
import type { ChangeKind, ResourceChange, StackChange } from "../../change";
import { countOf, isOtherProvider } from "../../kinds";
import { counted, groupBy, listed, shortened } from "../../lists";
import { type SortedChange, sorted } from "../../noise";
import type { Step } from "../../preview";
import { empty, type Section } from "../../section";
import { alertNotices } from "./alerts";
import { effectOf } from "./effect";
import { gapNotices } from "./gaps";
import { noiseLines } from "./noiseLines";

const templateType = "Microsoft.Resources/deployments";

export function rest(change: StackChange): Section {
  const all = change.changes.filter(({ kind }) => kind !== "same").map(sorted);
  const [updates, others] = [all.filter(isUpdate), all.filter((one) => !isUpdate(one))];
  const lines = [
    ...linesOf(updates.filter(hasEffect)),
    ...linesOf(others.filter((one) => isCounted(one.change, change.changes))),
    ...outsideLines(change.preview.steps),
  ];
  const effective = new Set(updates.filter(hasEffect).map(({ change: { step } }) => step.urn));
  const noise = noiseLines(updates.filter(({ change: { step } }) => !effective.has(step.urn)));
  const notices = [...gapNotices(change), ...alertNotices(change)];
  if (lines.length === 0 && noise.length === 0 && notices.length === 0) return empty;
  return { summary: summaryOf(lines, noise), notices, details: [...lines.map((line) => `${line}.`), ...noise] };
}

function isUpdate({ change: { kind } }: SortedChange): boolean {
  return kind === "update";
}

/** A change has an effect too if only the engine sees it. The changes of a template are those of its resources. */
function hasEffect({ change: { type, name, step }, differences, noise, isSecretChanged }: SortedChange): boolean {
  // The body of an image contains only where it is pushed to.
  if (differences.length > 0 || isSecretChanged || type === DOCKER_IMAGE) return true;
  const isNoise = Object.values(noise).some((list) => list.length > 0) || !isDeepStrictEqual(step.before?.inputs, step.after?.inputs);
  return !isNoise && !sameArmId(type, templateType) && !name.includes(inTemplate);
}

const inTemplate = "/resources/";

/** Kinds that a template of Moor completes: the traffic of an endpoint, and the isolation scope of an identity. */
const completed = ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "Microsoft.ManagedIdentity/userAssignedIdentities"];

/** A template deployment isn't counted if its resources are, nor a resource in a template that completes another one. */
function isCounted({ name, type, kind }: ResourceChange, all: readonly ResourceChange[]): boolean {
  if (sameArmId(type, templateType)) return !all.some((one) => one.name.startsWith(name + inTemplate));
  if (!name.includes(inTemplate) || !completed.some((one) => sameArmId(one, type))) return true;
  // The endpoint `chat-endpoint` has the template `chat-traffic-write`, and the identity `chat-identity` has `chat-identity-isolation`.
  const owner = name.slice(0, name.indexOf(inTemplate)).split("-").slice(0, -2).join("-");
  return !all.some(
    (one) => one.kind === kind && sameArmId(one.type, type) && one.name.startsWith(`${owner}-`) && !one.name.includes(inTemplate),
  );
}

const verbs = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "deleted",
} as const satisfies Record<Exclude<ChangeKind, "same">, string>;

/** Lines without a full stop, so that the summary can join them. */
function linesOf(changes: readonly SortedChange[]): string[] {
  return groupBy(changes, ({ change: { kind, type } }) => `${kind} ${type.toLowerCase()}`).map((group) => {
    const { kind, type } = group[0]!.change;
    const effects = groupBy(group, effectOf).map((same) => {
      const [text, names] = [effectOf(same[0]!), listed([...new Set(same.map(({ change }) => change.step.name))], 3)];
      return text === "" ? names : `${text} (${names})`;
    });
    const verb = kind === "same" ? "unchanged" : verbs[kind];
    return `${countOf(group.length, type)} ${group.length === 1 ? "is" : "are"} ${verb}: ${listed(effects, 3)}`;
  });
}

/** Steps of other providers, which have no ARM type. Components have no effect of their own. */
function outsideLines(steps: readonly Step[]): string[] {
  const outside = steps.filter((step) => isOtherProvider(step.token) && step.operation !== "same");
  const kindOf = { create: "create", import: "create", update: "update", delete: "delete", replace: "replace" } as const;
  return groupBy(outside, ({ token, operation }) => `${operation} ${token}`).flatMap((group) => {
    const { token, operation } = group[0]!;
    if (!(operation in kindOf)) return [];
    const verb = verbs[kindOf[operation as keyof typeof kindOf]];
    const names = listed(
      group.map(({ name }) => name),
      3,
    );
    return [`${countOf(group.length, token)} ${group.length === 1 ? "is" : "are"} ${verb}: ${names}`];
  });
}

/** Characters of a summary. The headline of a safe change contains it. */
const longest = 260;

function summaryOf(lines: readonly string[], noise: readonly string[]): string {
  if (lines.length === 0) return shortened(noise[0] ?? "", longest);
  const text = lines.join("; ");
  if (text.length < longest) return `${text}.`;
  const counts = lines.map((line) => line.slice(0, line.indexOf(":"))).join("; ");
  if (counts.length < longest) return `${counts}.`;
  const total = lines.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);
  const verb = Object.values(verbs).find((one) => lines.every((line) => line.slice(0, line.indexOf(":")).endsWith(` ${one}`)));
  return `${counted(total, "resource")} of ${counted(lines.length, "kind")} are ${verb ?? "created, changed or deleted"}.`;
}
