/** The steps of a preview in the form in which they are approved. */
import { withoutSecrets } from "../../facts/secretForms";
import { canonicalJson } from "../../planner/names";
import type { ApprovedStep } from "../approval";
import type { Preview, ResourceState, Step } from "../preview";
import { hashedText, leavesOf, sha256, short } from "./inputs";
import { type IsLeftOut, leftOutOf } from "./leftOut";

/** Operations that change nothing in Azure. */
const unchanging: readonly Step["operation"][] = ["same", "refresh", "read"];

/**
 * The steps that change something, sorted by type and name: the engine runs independent steps in any order. A step counts with the inputs
 * before it too, because a change from another value is another change.
 */
export function approvedSteps(preview: Preview): ApprovedStep[] {
  const isLeftOut = leftOutOf(preview);
  const changing = preview.steps.filter(({ operation }) => !unchanging.includes(operation));
  const keyed = changing.map((step) => ({ urn: step.urn, step: approvedStep(step, isLeftOut) }));
  keyed.sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  return keyed.map(({ step }) => step);
}

function approvedStep(step: Step, isLeftOut: IsLeftOut): ApprovedStep {
  const { urn, name, token, operation, replacedBy } = step;
  const [before, after] = [step.before, step.after].map((state) => textsOf(step, state, isLeftOut));
  const paths = [...new Set([...before!.keys(), ...after!.keys()])].sort();
  const rows = paths.map((path) => [path, before!.get(path) ?? null, after!.get(path) ?? null] as const);
  const properties = rows.map(([path, was, is]) => [path, `${shortOf(was)}-${shortOf(is)}`]);
  const hash = sha256(canonicalJson([urn, operation, [...replacedBy].sort(), rows]));
  return { name: withoutSecrets(name), type: withoutSecrets(token), operation, hash, properties: Object.fromEntries(properties) };
}

/** The physical ID and protection are part of a resource's state before the step, like its inputs. */
function textsOf(step: Step, state: ResourceState | undefined, isLeftOut: IsLeftOut): Map<string, string> {
  if (state === undefined) return new Map();
  const leaves = leavesOf(state.inputs).filter(({ path, value }) => !isLeftOut(step, path, value));
  const texts = new Map([
    ["(id)", hashedText(state.id ?? null)],
    ["(protect)", hashedText(state.protect)],
  ]);
  for (const { path, value } of leaves) texts.set(unusedPath(path, texts), hashedText(value));
  return texts;
}

/** Keys whose secrets are hidden can give the same path. Each of their values counts. */
function unusedPath(path: string, used: ReadonlyMap<string, string>): string {
  let unused = path;
  for (let number = 2; used.has(unused); number++) unused = `${path} (${number})`;
  return unused;
}

function shortOf(text: string | null): string {
  return text === null ? "" : short(sha256(text));
}
