/**
 * Reads the events of a preview: one JSON object per line, as `pulumi preview --json` prints them with
 * PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1, and as `--event-log` writes them. Source: pulumi/pulumi, sdk/go/common/apitype/events.go (2026-06).
 */
import { isJson, type Json, nameOfUrn, textOf } from "../../rules/read/json";
import { bodyFromWire } from "../../rules/read/wire";
import { type Diagnostic, type Operation, operations, type Preview, type ResourceState, type Step } from "../preview";

/** Returns the preview, or undefined if the text contains no events. Lines that aren't events are ignored. */
export function previewOfEvents(text: string): Preview | undefined {
  const events = text.split("\n").flatMap(parse);
  const metadata = events.flatMap((event): Json[] => {
    const found = metadataOf(event.resourcePreEvent) ?? metadataOf(event.resOutputsEvent);
    return found === undefined ? [] : [found];
  });
  const steps = stepsOf(metadata);
  const stackUrn = steps.find(({ token }) => token === "pulumi:pulumi:Stack")?.urn ?? steps[0]?.urn;
  if (stackUrn === undefined) return undefined;
  const [, , stack = "", project = ""] = /^urn:(pulumi):/.test(stackUrn) ? stackUrn.split(/::?/) : [];
  const prelude = events.map(({ preludeEvent }) => preludeEvent).find(isJson);
  const summary = events.map(({ summaryEvent }) => summaryEvent).find(isJson);
  return {
    stack,
    project,
    kind: isDestroy(steps) ? "destroy" : "update",
    result: summary === undefined ? "incomplete" : summary.result === "failed" ? "failed" : "succeeded",
    config: configOf(prelude?.config),
    steps,
    isComplete: true,
    diagnostics: events.flatMap(({ diagnosticEvent }) => diagnosticOf(diagnosticEvent)),
  };
}

function parse(line: string): Json[] {
  if (!line.startsWith("{")) return [];
  try {
    const value: unknown = JSON.parse(line);
    return isJson(value) ? [value] : [];
  } catch {
    return [];
  }
}

function metadataOf(event: unknown): Json | undefined {
  return isJson(event) && isJson(event.metadata) ? event.metadata : undefined;
}

/** Later events of a resource complete the earlier ones: the outputs of the stack are known at its end. */
function stepsOf(all: readonly Json[]): Step[] {
  const byUrn = new Map<string, Step>();
  for (const metadata of all) {
    const [urn, token] = [textOf(metadata.urn), textOf(metadata.type)];
    const operation = operations.find((one) => one === metadata.op);
    if (urn === undefined || token === undefined || operation === undefined) continue;
    byUrn.set(urn, merged(byUrn.get(urn), stepOf(urn, token, operation, metadata)));
  }
  return [...byUrn.values()];
}

function stepOf(urn: string, token: string, operation: Operation, metadata: Json): Step {
  const [before, after] = [stateOf(metadata.old), stateOf(metadata.new)];
  const detailed = isJson(metadata.detailedDiff) ? Object.keys(metadata.detailedDiff) : [];
  return {
    urn,
    token,
    name: nameOfUrn(urn),
    operation,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    changed: detailed.length > 0 ? detailed : texts(metadata.diffs),
    replacedBy: texts(metadata.keys),
  };
}

/** A replacement consists of several steps, of which `replace` is the one that remains. */
function merged(earlier: Step | undefined, later: Step): Step {
  if (earlier === undefined) return later;
  const parts: readonly Operation[] = ["create-replacement", "delete-replaced", "import-replacement", "read-replacement"];
  const operation = parts.includes(earlier.operation) || parts.includes(later.operation) ? "replace" : later.operation;
  const [before, after] = [earlier.before ?? later.before, later.after ?? earlier.after];
  return {
    ...earlier,
    operation,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    changed: [...new Set([...earlier.changed, ...later.changed])],
    replacedBy: [...new Set([...earlier.replacedBy, ...later.replacedBy])],
  };
}

function stateOf(value: unknown): ResourceState | undefined {
  if (!isJson(value)) return undefined;
  const id = textOf(value.id);
  return {
    ...(id === undefined ? {} : { id }),
    inputs: bodyFromWire(value.inputs),
    outputs: bodyFromWire(value.outputs),
    protect: value.protect === true,
  };
}

function diagnosticOf(event: unknown): Diagnostic[] {
  if (!isJson(event)) return [];
  const [message, urn] = [textOf(event.message), textOf(event.urn)];
  const severity = severities[String(event.severity)];
  if (message === undefined || severity === undefined) return [];
  return [{ severity, ...(urn === undefined ? {} : { resource: nameOfUrn(urn) }), message: message.trimEnd() }];
}

const severities: Readonly<Record<string, Diagnostic["severity"]>> = {
  error: "error",
  warning: "warning",
  info: "info",
  "info#err": "info",
};

function configOf(value: unknown): Record<string, string> {
  if (!isJson(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => (typeof text === "string" && text !== "[secret]" ? [[key, text]] : [])),
  );
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function isDestroy(steps: readonly Step[]): boolean {
  return steps.some(({ token, operation }) => token === "pulumi:pulumi:Stack" && operation === "delete");
}
