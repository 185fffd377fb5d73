/** Saved previews with planted texts, so that tests see which texts a review shows. */

import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { eventsOf } from "./previews";
import { digestOf, eventList } from "./read/forms";

/** Forms of saved previews. `plan` is of one change only. */
export type Form = "events" | "digest" | "plan";

/** A saved preview as JSON. */
export interface Document {
  readonly form: Form;
  readonly value: unknown;
}

/** An object or a list in a document, which can be changed. */
type Node = Record<string, unknown>;

/** A text in a document. */
export interface Leaf {
  /** `config`, `diagnostic`, or the type token of the resource. */
  readonly owner: string;
  /** For example `inputs.tags.owner`. Items of a list are `*`. */
  readonly path: string;
  readonly node: Node;
  readonly key: string;
}

/** A new copy of a saved preview. */
export function documentOf(name: string, form: Form): Document {
  switch (form) {
    case "events":
      return { form, value: eventList(eventsOf(name)) };
    case "digest":
      return { form, value: structuredClone(digestOf(eventsOf(name))) };
    case "plan": {
      const file = path.join(__dirname, "read", "fixtures", "tokenAdded.plan.json.gz");
      return { form, value: JSON.parse(gunzipSync(fs.readFileSync(file)).toString("utf8")) };
    }
  }
}

export function textOf({ form, value }: Document): string {
  return form === "events" ? (value as object[]).map((event) => JSON.stringify(event)).join("\n") : JSON.stringify(value, null, 4);
}

/** All texts of a document that the stack file, the program, Azure or Pulumi's state can contain. */
export function leavesIn({ form, value }: Document): Leaf[] {
  const leaves: Leaf[] = [];
  const root = value as Node;
  switch (form) {
    case "events":
      for (const event of value as Node[]) {
        const { preludeEvent, diagnosticEvent, resourcePreEvent, resOutputsEvent } = event as Record<string, Node | undefined>;
        collect(leaves, "config", "", preludeEvent?.config);
        collect(leaves, "diagnostic", "", only(diagnosticEvent, "message"));
        const metadata = ((resourcePreEvent ?? resOutputsEvent)?.metadata ?? {}) as Node;
        collectStates(leaves, metadata.type, metadata.old, metadata.new);
      }
      break;
    case "digest":
      collect(leaves, "config", "", root.config);
      for (const message of root.diagnostics as Node[]) collect(leaves, "diagnostic", "", only(message, "message"));
      for (const { urn, oldState, newState } of root.steps as Node[]) collectStates(leaves, tokenOf(urn), oldState, newState);
      break;
    case "plan":
      collect(leaves, "config", "", root.config);
      for (const [urn, plan] of Object.entries(root.resourcePlans as Record<string, Node>)) {
        const goal = (plan.goal ?? {}) as Node;
        const { adds, updates } = (goal.inputDiff ?? {}) as Node;
        for (const inputs of [adds, updates]) collect(leaves, tokenOf(urn), "inputs", inputs);
        collect(leaves, tokenOf(urn), "outputs", plan.state);
      }
      break;
  }
  return leaves;
}

function collectStates(leaves: Leaf[], type: unknown, ...states: readonly unknown[]): void {
  for (const state of states) {
    if (typeof state !== "object" || state === null) continue;
    const { inputs, outputs } = state as Node;
    collect(leaves, String(type), "inputs", inputs);
    collect(leaves, String(type), "outputs", outputs);
  }
}

function collect(leaves: Leaf[], owner: string, above: string, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const node = value as Node;
  for (const [key, item] of Object.entries(node)) {
    const below = [above, Array.isArray(value) ? "*" : key].filter(Boolean).join(".");
    if (typeof item === "string") leaves.push({ owner, path: below, node, key });
    else collect(leaves, owner, below, item);
  }
}

/** A view of one member, whose change changes the node. */
function only(node: Node | undefined, key: string): Node | undefined {
  if (node === undefined) return undefined;
  return Object.defineProperty({}, key, {
    enumerable: true,
    get: () => node[key],
    set: (value: unknown) => {
      node[key] = value;
    },
  });
}

function tokenOf(urn: unknown): string {
  const types = String(urn).split("::")[2] ?? "";
  return types.slice(types.lastIndexOf("$") + 1);
}
