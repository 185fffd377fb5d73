import * as fs from "node:fs";
import { isMap, isScalar, parseDocument } from "yaml";
import { promote as promoted } from "../planner/rollout/promotion";
import { stackFileOf, stacksWithFile } from "./local/stackFile";

export interface PromoteOptions {
  readonly stack: string;
  readonly endpoint: string;
  readonly label: string;
  /** Percent, as typed. */
  readonly weight: string;
}

/** `npm run promote`: sets weights in the stack file, so that a promotion is a pull request. It touches neither Pulumi nor Azure. */
export function promote(options: PromoteOptions): void {
  const file = stackFileOf(options.stack);
  if (file === undefined) throw new Error(`There is no stack file Pulumi.${options.stack}.yaml; there are ${stacksWithFile().join(", ")}.`);
  const { text, changes } = promoteText(fs.readFileSync(file, "utf8"), options);
  fs.writeFileSync(file, text);
  const list = changes.length === 0 ? "Nothing had to be changed." : changes.join("\n");
  console.log(`${list}\nReview and commit Pulumi.${options.stack}.yaml; \`pulumi up\` asks the deployment before it gets more requests.`);
}

/** The stack file with new weights: only the numbers are exchanged, so that comments and layout stay. */
export function promoteText(text: string, { endpoint, label, weight }: Omit<PromoteOptions, "stack">): { text: string; changes: string[] } {
  const document = parseDocument(text);
  const path = ["config", "moor:endpoints", endpoint, "deployments"];
  const deployments = document.getIn(path);
  if (!isMap(deployments)) throw new Error(`There is no endpoint ${endpoint} in the stack file.`);
  const settings = deployments.toJSON() as Record<string, { readonly weight: number; readonly mirror?: number }>;
  const before = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value.weight]));
  const after = promoted(before, label, Number(weight));
  const edits = Object.keys(before).flatMap((key) => [
    { keys: [...path, key, "weight"], name: `${endpoint}/${key} weight`, from: before[key], to: after[key]! },
    // Azure refuses a mirror to a deployment that serves.
    ...(after[key]! > 0 && settings[key]?.mirror
      ? [{ keys: [...path, key, "mirror"], name: `${endpoint}/${key} mirror`, from: settings[key].mirror, to: 0 }]
      : []),
  ]);
  const changed = edits.filter(({ from, to }) => from !== to);
  const places = changed.map(({ keys, to }) => {
    const node = document.getIn(keys, true);
    if (!isScalar(node) || !node.range) throw new Error(`${keys.slice(1).join(".")} is not a plain number in the stack file.`);
    return { start: node.range[0], end: node.range[1], to };
  });
  places.sort((a, b) => b.start - a.start);
  const result = places.reduce((whole, { start, end, to }) => `${whole.slice(0, start)}${to}${whole.slice(end)}`, text);
  return { text: result, changes: changed.map(({ name, from, to }) => `${name}: ${from} → ${to}`) };
}
