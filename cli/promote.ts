import * as fs from "node:fs";
import { isMap, isScalar } from "yaml";
import { stackDocument } from "../config/stackYaml";
import { promote as promoted } from "../planner/rollout/promotion";
import { requireStackFile } from "./stackFiles";

export interface PromoteOptions {
  readonly stack: string;
  readonly endpoint: string;
  readonly label: string;
  /** Percentage, as text from the command line. */
  readonly weight: string;
}

/** `npm run promote`: changes weights in the stack file, so that a promotion is a pull request. It doesn't use Pulumi or Azure. */
export function promote(options: PromoteOptions): void {
  const file = requireStackFile(options.stack);
  const { text, changes } = promoteText(fs.readFileSync(file, "utf8"), options);
  fs.writeFileSync(file, text);
  const list = changes.length === 0 ? "No changes required." : changes.join("\n");
  console.log(
    `${list}\nReview and commit Pulumi.${options.stack}.yaml. \`pulumi up\` checks the deployment with its gate before it increases the traffic.`,
  );
}

/** Sets new weights in the text of a stack file. Only the numbers change; comments and layout stay. */
export function promoteText(text: string, { endpoint, label, weight }: Omit<PromoteOptions, "stack">): { text: string; changes: string[] } {
  if (!/^\d{1,3}$/.test(weight)) throw new Error(`--weight is "${weight}". Allowed: a whole number from 0 to 100.`);
  const document = stackDocument(text, "The stack file");
  const endpoints = document.getIn(["config", "moor:endpoints"]);
  const path = ["config", "moor:endpoints", endpoint, "deployments"];
  const deployments = document.getIn(path);
  if (!isMap(deployments)) {
    const existing = isMap(endpoints) ? endpoints.items.map(({ key }) => String(key)).join(", ") : "";
    throw new Error(`The stack file has no endpoint ${endpoint} with deployments. Endpoints: ${existing === "" ? "none" : existing}.`);
  }
  const settings = deployments.toJSON() as Record<string, { readonly weight: number; readonly mirror?: number }>;
  const before = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value?.weight]));
  for (const [key, current] of Object.entries(before)) {
    if (typeof current !== "number") throw new Error(`The weight of ${endpoint}/${key} in the stack file is not a number. Set it first.`);
  }
  const after = promoted(before, label, Number(weight));
  const edits = Object.keys(before).flatMap((key) => [
    { keys: [...path, key, "weight"], name: `${endpoint}/${key} weight`, from: before[key], to: after[key]! },
    // Azure rejects mirrored traffic to a deployment with a weight.
    ...(after[key]! > 0 && settings[key]?.mirror
      ? [{ keys: [...path, key, "mirror"], name: `${endpoint}/${key} mirror`, from: settings[key].mirror, to: 0 }]
      : []),
  ]);
  const changed = edits.filter(({ from, to }) => from !== to);
  const places = changed.map(({ keys, to }) => {
    const node = document.getIn(keys, true);
    if (!isScalar(node) || !node.range) throw new Error(`${keys.slice(1).join(".")} is not a number in the stack file.`);
    return { start: node.range[0], end: node.range[1], to };
  });
  places.sort((a, b) => b.start - a.start);
  const result = places.reduce((whole, { start, end, to }) => `${whole.slice(0, start)}${to}${whole.slice(end)}`, text);
  return { text: result, changes: changed.map(({ name, from, to }) => `${name}: ${from} → ${to}`) };
}
