import * as path from "node:path";
import { renewBase } from "../operations/renew/base";
import { renewModels, type TableRecord, withHubFiles } from "../operations/renew/models";
import { renewPrices } from "../operations/renew/prices";
import { renewSizes } from "../operations/renew/sizes";
import { renewVllm } from "../operations/renew/vllm";
import { compareWheel } from "../operations/renew/vllmWheel";
import { findModel } from "./hubModels";
import { hubAddress } from "./lock/hub";
import { lockNotes } from "./renewLocks";
import { root } from "./stackFiles";

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** npm runs in the program's folder; INIT_CWD is the folder from which it was called. */
const fromHere = (given: string) => path.resolve(process.env.INIT_CWD ?? ".", given);

/** Today's date, `YYYY-MM-DD`. */
const today = () => new Date().toISOString().slice(0, 10);

/** `npm run renew -- base`: saves the manifest and configuration of a base image next to its Dockerfile. */
export async function base(folder: string, { image }: { readonly image?: string }): Promise<void> {
  print(await renewBase({ folder, image, environment: process.env }));
}

interface VllmArguments {
  readonly variant?: string;
  readonly wheel?: string;
  readonly compare?: boolean;
}

/** `npm run renew -- vllm`: moves docker/vllm and the table of flags to another version of vLLM, or compares the table with a wheel. */
export async function vllm(version: string, { variant, wheel: given, compare }: VllmArguments): Promise<void> {
  const wheel = given === undefined ? undefined : fromHere(given);
  const report = (line: string) => console.log(line);
  const environment = process.env;
  if (compare) print(await compareWheel({ version, wheel, root, environment }));
  else print([...(await renewVllm({ version, variant, wheel, root, environment, report, today: today() })), ...lockNotes(root)]);
}

/** `npm run renew -- models`: generates the table of models, with `fromHub` from the newest files of the Hub. */
export async function models({ fromHub }: { readonly fromHub?: boolean }): Promise<void> {
  const hub = hubAddress();
  const newest = async (record: TableRecord) => withHubFiles(record, hub, await findModel(record.id, undefined, { caller: "renew", hub }));
  print([...(await renewModels({ root, today: today(), ...(fromHub ? { newest } : {}) })), ...lockNotes(root)]);
}

interface SavedAnswer {
  readonly from: string;
  readonly asOf?: string;
}

/** `npm run renew -- prices`: renews the list prices of sizes. */
export function prices({ from, asOf = today(), complete }: SavedAnswer & { readonly complete?: boolean }): void {
  print([...renewPrices({ root, from: fromHere(from), asOf, complete }), ...lockNotes(root)]);
}

/** `npm run renew -- sizes`: renews the numbers of the sizes. */
export function sizes({ from, asOf = today() }: SavedAnswer): void {
  print([...renewSizes({ root, from: fromHere(from), asOf }), ...lockNotes(root)]);
}
