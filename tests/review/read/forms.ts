/** Saved previews in other forms than the events, written from the events as the engine would write them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";

/** JSON of the engine, in the parts that tests read. */
export interface EngineEvent {
  readonly preludeEvent?: { readonly config: object };
  readonly diagnosticEvent?: {
    readonly urn?: string;
    readonly prefix?: string;
    readonly message: string;
    readonly severity: string;
    readonly ephemeral?: boolean;
  };
  readonly summaryEvent?: { readonly resourceChanges: object };
  readonly resourcePreEvent?: { readonly metadata: Metadata };
}

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly diffs?: unknown;
  readonly keys?: unknown;
  readonly detailedDiff?: unknown;
  readonly old?: unknown;
  readonly new?: unknown;
}

export interface Digest {
  readonly config: object;
  readonly steps: readonly { readonly op: string; readonly urn: string; readonly oldState?: unknown; readonly newState?: unknown }[];
  readonly diagnostics: readonly object[];
  readonly changeSummary: object;
}

/** Real output of the engine for one change: events, the JSON of `--show-sames`, and an update plan. */
export function fixture(name: "tokenAdded.ndjson" | "tokenAdded.json" | "tokenAdded.plan.json"): string {
  return gunzipSync(fs.readFileSync(path.join(__dirname, "fixtures", `${name}.gz`))).toString("utf8");
}

export function eventList(text: string): EngineEvent[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** The output of `pulumi preview --json --show-sames`. Source: pulumi/pulumi, pkg/backend/display/json.go. */
export function digestOf(text: string): Digest {
  const events = eventList(text);
  const diagnostics = events.flatMap(({ diagnosticEvent: one }) =>
    one === undefined || one.ephemeral || one.severity === "debug"
      ? []
      : [{ urn: one.urn, message: `${one.prefix ?? ""}${one.message}`, severity: one.severity }],
  );
  const steps = events.flatMap(({ resourcePreEvent }) => {
    if (resourcePreEvent === undefined) return [];
    const { op, urn, diffs, keys, detailedDiff, old, new: is } = resourcePreEvent.metadata;
    return [{ op, urn, diffReasons: diffs, replaceReasons: keys, detailedDiff, oldState: old, newState: is }];
  });
  const config = events.find(({ preludeEvent }) => preludeEvent)!.preludeEvent!.config;
  const changeSummary = events.find(({ summaryEvent }) => summaryEvent)!.summaryEvent!.resourceChanges;
  return { config, steps, diagnostics, changeSummary };
}
