/** Which deployments answer the requests before and after the run, and how to go back. */
import { trafficText } from "../../../planner/rollout/transition";
import type { StackChange } from "../../change";
import { type Notice, noticeLength, type Section, type Severity } from "../../section";
import { type EndpointPair, endpointPairs, labelChanges } from "../../shares";
import { shortened, summaryLength, summaryOf } from "../../summaries";
import { type Clause, clausesOf } from "./clauses";
import { noticesOf } from "./notices";

export function traffic(change: StackChange): Section {
  const changed = endpointPairs(change).flatMap((pair) => {
    const labels = labelChanges(pair);
    const clauses = clausesOf(pair, labels, change);
    return clauses.length === 0 ? [] : [{ pair, clauses, notices: noticesOf(pair, labels, change).map(bounded) }];
  });
  const sorted = severities.flatMap((severity) => changed.filter(({ notices }) => worst(notices) === severity));
  return {
    summary: summary(sorted.map(({ pair, clauses }) => ({ key: pair.key, clauses }))),
    notices: sorted.flatMap(({ notices }) => notices),
    details: sorted.map(({ pair }) => detailOf(pair)),
    data: sorted.map(({ pair: { key, before, after } }) => ({
      endpoint: key,
      before: { traffic: before?.traffic ?? {}, mirrorTraffic: before?.mirrorTraffic ?? {} },
      after: { traffic: after?.traffic ?? {}, mirrorTraffic: after?.mirrorTraffic ?? {} },
    })),
  };
}

const severities = ["danger", "look", "note", undefined] as const satisfies readonly (Severity | undefined)[];

function worst(notices: readonly Notice[]): Severity | undefined {
  return severities.find((severity) => notices.some((notice) => notice.severity === severity));
}

/** In the long form if it fits, otherwise in the short form. If that doesn't fit either, the last changes are counted. */
function summary(endpoints: readonly { readonly key: string; readonly clauses: readonly Clause[] }[]): string {
  const forms = (["long", "short"] as const).map((form) =>
    endpoints.map(({ key, clauses }) => `${key}: ${clauses.map((clause) => clause[form]).join(", ")}`).join("; "),
  );
  const fitting = forms.find((text) => text.length <= summaryLength);
  return (
    fitting ?? summaryOf(endpoints.flatMap(({ key, clauses }) => clauses.map(({ short }, at) => (at === 0 ? `${key}: ${short}` : short))))
  );
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
