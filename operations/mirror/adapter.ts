/** Prepares the files of LoRA adapters, which are staged in the folder of their base model. */
import { createHash } from "node:crypto";
import * as path from "node:path";
import { adapterFilesIn, adapterHash } from "../../config/adapterFolder";
import { adapterFiles, adapterFolder } from "../../planner/weights";
import { HubModel, type HubTransport } from "../hub";
import { WeightsError } from "./error";
import { requireLicense } from "./license";
import type { PreparedFile } from "./origin";
import type { WantedAdapter } from "./wanted";

export interface AdapterOptions {
  readonly hub: HubTransport;
  /** Allowed license IDs. */
  readonly licenses: readonly string[];
  /** Folder of the stack file. */
  readonly stackFolder: string;
}

/**
 * The files of an adapter, with paths in the folder of the base model. Only the two files that vLLM reads are staged.
 * @throws HubError, WeightsError
 */
export async function prepareAdapter(adapter: WantedAdapter, options: AdapterOptions): Promise<PreparedFile[]> {
  const { name, id, path: folder } = adapter;
  const files = id === undefined ? filesOfFolder(adapter, folder ?? "", options) : await filesOfHub(adapter, id, options);
  return files.map((file) => ({ ...file, path: `${adapterFolder(name)}/${file.path}` }));
}

async function filesOfHub({ revision }: WantedAdapter, id: string, { hub, licenses }: AdapterOptions): Promise<PreparedFile[]> {
  const model = new HubModel(hub, id, revision);
  requireLicense(id, await model.info(), licenses);
  const all = await model.files();
  const prepared: PreparedFile[] = [];
  for (const name of Object.values(adapterFiles)) {
    const file = all.find((one) => one.path === name);
    if (file === undefined) {
      throw new WeightsError(
        "adapter",
        `The adapter ${id} at ${revision} has no ${name}. Choose another commit, and run \`npm run lock\`.`,
      );
    }
    const { path: at, size, sha256 } = file;
    const origin = { kind: "hub", model, file } as const;
    if (sha256 !== undefined) {
      prepared.push({ path: at, size, sha256, origin });
      continue;
    }
    const content = await model.content(file);
    prepared.push({ path: at, size, sha256: createHash("sha256").update(content).digest("hex"), origin, content });
  }
  const large = prepared.find(({ content }) => content === undefined);
  // The files of a gated model are refused only when they are read.
  if (large?.origin.kind === "hub") await model.locate(large.origin.file);
  return prepared;
}

function filesOfFolder({ name, revision }: WantedAdapter, relative: string, { stackFolder }: AdapterOptions): PreparedFile[] {
  const folder = path.resolve(stackFolder, relative);
  const files = adapterFilesIn(folder);
  if (adapterHash(files) !== revision) {
    const is =
      files.length === 0
        ? `The folder ${relative} has no files of the adapter ${name}`
        : `The files of the adapter ${name} in ${relative} changed`;
    throw new WeightsError(
      "adapter",
      `${is}: the lock file was made for the hash ${revision}. Restore the files, or run \`npm run lock\` for the new ones, and run the command again.`,
    );
  }
  return files.map((file) => ({ ...file, origin: { kind: "folder", file: path.join(folder, file.path) } }));
}
