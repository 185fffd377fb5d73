import * as fs from "node:fs";
import { isMap, isScalar } from "yaml";
import { stackDocument } from "../config/stackYaml";
import { promote as promoted } from "../planner/rollout/promotion";
import { requireStackFile } from "./stackFiles";

export interface PromoteOptions {
  readonly stack: string;
  readonly endpoint: string;
  readonly label: string;
  /** Percent, as typed. */
  readonly weight: string;
}

/** `npm run promote`: sets weights in the stack file, so that a promotion is a pull request. It touches neither Pulumi nor Azure. */
export function promote(options: PromoteOptions): void {
  const file = requireStackFile(options.stack);
  const { text, changes } = promoteText(fs.readFileSync(file, "utf8"), options);
  fs.writeFileSync(file, text);
  const list = changes.length === 0 ? "Nothing had to be changed." : changes.join("\n");
  console.log(`${list}\nReview and commit Pulumi.${options.stack}.yaml; \`pulumi up\` asks the deployment before it gets more requests.`);
}

/** The stack file with new weights: only the numbers are exchanged, so that comments and layout stay. */
export function promoteText(text: string, { endpoint, label, weight }: Omit<PromoteOptions, "stack">): { text: string; changes: string[] } {
  if (!/^\d{1,3}$/.test(weight)) throw new Error(`--weight is "${weight}"; allowed is a whole number from 0 to 100.`);
  const document = stackDocument(text, "The stack file");
  const endpoints = document.getIn(["config", "moor:endpoints"]);
  const path = ["config", "moor:endpoints", endpoint, "deployments"];
  const deployments = document.getIn(path);
  if (!isMap(deployments)) {
    const there = isMap(endpoints) ? endpoints.items.map(({ key }) => String(key)).join(", ") : "";
    throw new Error(
      `There is no endpoint ${endpoint} with deployments in the stack file; there ${there === "" ? "is none" : `are ${there}`}.`,
    );
  }
  const settings = deployments.toJSON() as Record<string, { readonly weight: number; readonly mirror?: number }>;
  const before = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value?.weight]));
  for (const [key, share] of Object.entries(before)) {
    if (typeof share !== "number") throw new Error(`${endpoint}/${key} has no number as its weight in the stack file: write one first.`);
  }
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
