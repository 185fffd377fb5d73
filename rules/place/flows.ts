/** Rules for references: properties that name a place to which data is sent or from which it is loaded. */
import type { FindingCode } from "../codes";
import { allowedText } from "../contract";
import type { Check } from "../finding";
import type { RuleResource } from "../resource";
import { checked, type Rule, type RuleContext } from "../rule";
import { isOpaque, type Placed, type Value, valuesAt, valueText } from "../values";
import { isAssetUri, judgeHost, withoutSecrets } from "./host";
import { type Judgement, judgeRegion } from "./judgement";
import { isResourceId, judgeTarget } from "./target";

/** Properties of one kind of resource that name a place. */
export interface Flow {
  readonly code: FindingCode;
  readonly types: readonly string[];
  /** Path patterns of the properties; see `valuesAt`. */
  readonly properties: readonly string[];
  /** Starts the problem; the value follows. For example "Logs are sent to". */
  readonly flow: string;
  readonly judge: Judge;
  readonly remedy?: string;
}

export type Judge = (value: Value, context: RuleContext, resource: RuleResource) => Judgement;

export const byId: Judge = judgeTarget;
export const byHost: Judge = judgeHost;
export const byRegion: Judge = (value, { contract }) => judgeRegion(value, contract);
/** An ARM ID, or else a URL or a host name. */
export const byIdOrHost: Judge = (value, context) =>
  typeof value === "string" && value.startsWith("/") ? judgeTarget(value, context) : judgeHost(value, context);

/** Returns a rule for each row. */
export function flowRules(flows: readonly Flow[]): Rule[] {
  return flows.map((one) => ({
    code: one.code,
    types: one.types,
    check: (resource, context) =>
      distinct(one.properties.flatMap((pattern) => valuesAt(resource.body, pattern))).map(({ path, value }) =>
        flowCheck(one, resource, path, value, one.judge(value, context, resource), context),
      ),
  }));
}

/** Patterns with the same unreadable parent select it once. */
function distinct(values: readonly Placed[]): Placed[] {
  return [...new Map(values.map((one) => [one.path, one])).values()];
}

/** Returns a check for a judged value. The text never contains more of a URL than its host, because URLs can contain tokens. */
export function flowCheck(
  { code, flow, remedy }: Pick<Flow, "code" | "flow" | "remedy">,
  resource: RuleResource,
  property: string,
  value: Value,
  { outcome, where }: Judgement,
  { contract }: RuleContext,
): Check {
  const problem = isOpaque(value) ? `${flow} a location that ${where}.` : `${flow} ${shortName(value)}, which ${where}.`;
  return checked(code, outcome, resource, property, withoutSecrets(value), { problem, allowed: allowedText(contract), remedy });
}

/** A value in a sentence: the name of a resource, the host of a URL, or the value. */
function shortName(value: Value): string {
  if (typeof value === "string" && isResourceId(value)) return value.replace(/\/+$/, "").split("/").at(-1)!;
  const text = valueText(withoutSecrets(value));
  return text.includes("://") && !isAssetUri(text) ? text.slice(text.indexOf("://") + 3) : text;
}
