/**
 * Reads the events of a preview: one JSON object per line, as `pulumi preview --json` prints them with
 * PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1, and as `--event-log` writes them. Source: pulumi/pulumi, sdk/go/common/apitype/events.go (2026-06).
 */
import { isJson, type Json } from "../../rules/read/json";
import type { Preview } from "../preview";
import { configOf } from "./config";
import { Diagnostics } from "./diagnostics";
import { linesOf, parsed, texts, unreadable } from "./json";
import { isDestroy, isPendingDeletion, operationOf, type StepReport, stackOf, stepsOf, urnOf } from "./steps";

/** The start of an event. Other programs can write before it, such as the time of a log, or an object that contains the event. */
const eventStart = /^.{0,200}?(?=\{"(?:sequence|timestamp|event)"\s*:)/;

/**
 * The events in lines. Other lines are ignored, except those that continue an event because a program has wrapped it.
 * @param onLoss Called for an event that is cut off.
 */
export function* eventsInLines(text: string, onLoss: () => void): Generator<Json> {
  let unfinished: string[] = [];
  const joined = (): Json[] => {
    const event = unfinished.length > 1 ? eventOf(parsed(unfinished.join(""))) : undefined;
    if (unfinished.length > 0 && event === undefined) onLoss();
    unfinished = [];
    return event === undefined ? [] : [event];
  };
  for (const line of linesOf(text)) {
    const prefix = eventStart.exec(line)?.[0];
    if (prefix === undefined) {
      if (unfinished.length > 0) unfinished.push(line);
      continue;
    }
    yield* joined();
    const start = line.slice(prefix.length);
    const event = eventOf(parsed(start));
    if (event === undefined) unfinished = [start];
    else yield event;
  }
  yield* joined();
}

function eventOf(value: unknown): Json | undefined {
  if (!isJson(value)) return undefined;
  return isJson(value.event) ? value.event : value;
}

/** Kinds of events that only a run has. */
const kinds = ["preludeEvent", "summaryEvent", "diagnosticEvent", "resourcePreEvent", "resOutputsEvent", "cancelEvent", "stdoutEvent"];

export function isEvent(value: unknown): value is Json {
  return isJson(value) && kinds.some((kind) => isJson(value[kind]));
}

/**
 * Returns the preview of events. Undefined if they aren't of a run.
 * @param isCut Called at the end: whether events were cut off.
 * @throws UnreadablePreview if the events are of several runs or stacks, of an update, or of another form
 */
export function previewOfEvents(events: Iterable<Json>, isCut: () => boolean = () => false): Preview | undefined {
  const reports: StepReport[] = [];
  const diagnostics = new Diagnostics();
  const [preludes, summaries]: [Json[], Json[]] = [[], []];
  let count = 0;
  for (const event of events) {
    if (!isEvent(event)) continue;
    count += 1;
    if (isJson(event.preludeEvent)) preludes.push(event.preludeEvent);
    if (isJson(event.summaryEvent)) summaries.push(event.summaryEvent);
    diagnostics.add(event.diagnosticEvent);
    diagnostics.addOutput(event.stdoutEvent);
    const resource = event.resourcePreEvent ?? event.resOutputsEvent;
    if (isJson(resource)) reports.push(reportOf(resource.metadata, `Event ${count}`));
  }
  if (count === 0) return undefined;
  if (preludes.length > 1 || summaries.length > 1) throw unreadable("The text contains the events of more than one preview.");
  if (summaries[0]?.isPreview === false) throw unreadable("The text contains the events of an update, not of a preview.");
  const stack = stackOf(reports.map(({ urn }) => urn));
  if (stack === undefined) throw unreadable("The text contains events, but none of them is about a resource or a stack.");
  const { steps, leftovers } = stepsOf(reports);
  const isWhole = preludes.length === 1 && summaries.length === 1 && !isCut();
  const messages = diagnostics.all();
  // Earlier versions of the engine write no result. An error message always fails the run.
  const isFailed = summaries[0]?.result === "failed" || messages.some(({ severity }) => severity === "error");
  return {
    ...stack,
    kind: isDestroy(steps) ? "destroy" : "update",
    result: isFailed ? "failed" : isWhole ? "succeeded" : "incomplete",
    config: configOf(preludes[0]?.config),
    steps,
    ...(leftovers.length === 0 ? {} : { leftovers }),
    isComplete: isWhole,
    diagnostics: messages,
  };
}

function reportOf(metadata: unknown, place: string): StepReport {
  if (!isJson(metadata)) throw unreadable(`${place}: the description of the resource is missing or invalid.`);
  const operation = operationOf(metadata.op, place);
  const detailed = isJson(metadata.detailedDiff) ? Object.keys(metadata.detailedDiff) : [];
  return {
    urn: urnOf(metadata.urn, place),
    operation,
    before: metadata.old,
    after: metadata.new,
    changed: detailed.length > 0 ? detailed : texts(metadata.diffs),
    replacedBy: texts(metadata.keys),
    isLeftover: operation === "delete" && isPendingDeletion(metadata.old),
  };
}
