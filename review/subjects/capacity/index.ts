/** Whether each deployment whose traffic increases has the capacity for it, and which deployments lose capacity. */
import type { StackChange } from "../../change";
import type { Section } from "../../section";
import { endpointPairs } from "../../shares";
import { summaryOf } from "../../summaries";
import { growsInWeight, hasFewerInstances, isOverloaded, loadsOf, severity } from "./loads";
import { noticesOf } from "./notices";
import { nameOf, sameText, summaryText, sumText } from "./texts";

export function capacity(change: StackChange): Section {
  const pairs = endpointPairs(change);
  const loads = pairs.flatMap(loadsOf);
  const changed = loads.filter(
    (load) => isOverloaded(load) || growsInWeight(load) || load.capacity !== load.before?.capacity || hasFewerInstances(load),
  );
  const touched = new Set(loads.filter((load) => changed.includes(load) || load.gains).map(({ endpoint }) => endpoint));
  const remaining = loads.filter((load) => load.overload !== undefined && touched.has(load.endpoint) && !changed.includes(load));
  const bySeverity = [...changed].sort((a, b) => severity(b) - severity(a));
  return {
    summary: summaryOf(bySeverity.map(summaryText)),
    notices: noticesOf(bySeverity, pairs, change),
    details: [...bySeverity.map(sumText), ...remaining.map(sameText)],
    data: bySeverity.map(({ endpoint, deployment, capacity, before, requests }) => ({
      deployment: nameOf(endpoint, deployment),
      weight: deployment.weight,
      requests,
      capacity,
      ...(before && { before }),
    })),
  };
}
