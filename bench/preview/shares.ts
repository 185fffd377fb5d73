/** Where the time of a program goes, from a profile of its process. */
import * as path from "node:path";
import { root } from "../../cli/stackFiles";

/** A profile as the V8 inspector gives it. */
export interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface Frame {
  readonly functionName: string;
  /** Path or `file:` URL of the file, or a name such as `node:fs`. */
  readonly url: string;
}

export const shares = [
  "SDK and Node",
  "garbage collection",
  "stack traces",
  "transpiling",
  "modules",
  "configuration",
  "planning",
  "components",
  "hooks",
] as const;
export type Share = (typeof shares)[number];

/** What a function works for, or nothing where only its caller tells. */
function shareOf({ functionName, url }: Frame): Share | undefined {
  const file = url.replace(/^file:\/\//, "");
  if (functionName === "(garbage collector)") return "garbage collection";
  if (/\/(source-map|source-map-support)\//.test(file) || stackFunctions.includes(functionName)) return "stack traces";
  const own = file.startsWith(root) && !file.includes("/node_modules/") ? path.relative(root, file) : "";
  if (own === "program/compile.js" || file.includes("/node_modules/@swc/") || file.includes("/ts-node/")) return "transpiling";
  if (own.startsWith("config/")) return "configuration";
  if (own.startsWith("planner/") || own.startsWith("facts/")) return "planning";
  if (/^components\/.*(hooks|gate|privacy)/.test(own) || file.endsWith("/runtime/callbacks.js")) return "hooks";
  if (own.startsWith("components/") || own === "index.ts") return "components";
  // What a function of the program calls in the SDK is the SDK's.
  if (file.includes("/@pulumi/") || file.includes("/grpc-js/") || file.includes("/google-protobuf/")) return "SDK and Node";
  return undefined;
}

/** V8's and Node's own functions that format a stack trace. */
const stackFunctions = ["get stack", "prepareStackTraceCallback"];

/** Node's own functions that find, read and compile modules; their callers are what the module is for. */
const loads = /^node:internal\/modules\//;

/** Seconds by share. A sample belongs to the innermost of its functions that tells what it works for. */
export function sharesOf({ nodes, samples, timeDeltas }: Profile): Readonly<Record<Share, number>> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const found = new Map<number, Share | "idle">();
  const shareOfNode = (id: number): Share | "idle" => {
    const known = found.get(id);
    if (known !== undefined) return known;
    const { callFrame } = byId.get(id)!;
    const parent = parents.get(id);
    let share: Share | "idle" | undefined = shareOf(callFrame);
    if (callFrame.functionName === "(idle)") share = "idle";
    else if (loads.test(callFrame.url)) share = "modules";
    share ??= parent === undefined ? "SDK and Node" : shareOfNode(parent);
    found.set(id, share);
    return share;
  };
  const seconds = Object.fromEntries(shares.map((share) => [share, 0])) as Record<Share, number>;
  for (const [index, sample] of samples.entries()) {
    const share = shareOfNode(sample);
    if (share !== "idle") seconds[share] += timeDeltas[index]! / 1e6;
  }
  return seconds;
}
