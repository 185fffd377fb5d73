/** What can lose requests, data or confidentiality, or can't be undone. */
import type { StackChange } from "../../change";
import type { Section, Severity } from "../../section";
import { summaryOf } from "../../words";
import type { Danger } from "./danger";
import { deploymentDangers } from "./deployments";
import { destroyDangers } from "./destroy";
import { endpointDangers } from "./endpoints";
import { exposureDangers } from "./exposure";
import { gateDangers } from "./gate";
import { loggingDangers } from "./logging";
import { networkDangers } from "./network";
import { protectionDangers } from "./protection";
import { secretDangers } from "./secrets";
import { storeDangers } from "./stores";

const severities = ["danger", "look", "note"] as const satisfies readonly Severity[];

/** The most dangerous kinds come first. Destroying a stack is one statement. */
export function danger(change: StackChange, { today }: { readonly today: string }): Section {
  const found = change.preview.kind === "destroy" ? destroyDangers(change) : dangersOf(change, today);
  const sorted = severities.flatMap((severity) => found.filter((one) => one.severity === severity));
  const labels = sorted.filter(({ severity }) => severity !== "note").map(({ label }) => label);
  return { summary: summaryOf(labels), notices: sorted.map(({ label: _, ...notice }) => notice) };
}

function dangersOf(change: StackChange, today: string): Danger[] {
  return [
    ...endpointDangers(change),
    ...storeDangers(change),
    ...networkDangers(change),
    ...deploymentDangers(change),
    ...loggingDangers(change),
    ...exposureDangers(change, today),
    ...gateDangers(change),
    ...protectionDangers(change),
    ...secretDangers(change),
  ];
}
