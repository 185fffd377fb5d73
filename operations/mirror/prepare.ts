/** Reads from the Hub what is to be staged, and checks all of it before the first byte is copied. */
import { createHash } from "node:crypto";
import { manifestDigest, type WeightFile } from "../../planner/weights";
import { HubModel, type HubTransport } from "../hub";
import { prepareAdapter } from "./adapter";
import { some, WeightsError } from "./error";
import { requireLicense } from "./license";
import type { PreparedFile } from "./origin";
import { indexName, selectFiles } from "./selection";
import type { WantedWeights } from "./wanted";

/** Weights whose files are known and allowed. */
export interface PreparedWeights {
  readonly wanted: WantedWeights;
  /** Those of the model in the order of their paths, then those of each adapter. */
  readonly files: readonly PreparedFile[];
  /** Hash of the list of files. */
  readonly manifest: string;
}

export interface PrepareOptions {
  readonly hub: HubTransport;
  /** Allowed license IDs. */
  readonly licenses: readonly string[];
  readonly report: (line: string) => void;
  /** Whether a list of files that differs from the recorded one is allowed. */
  readonly force: boolean;
  /** Folder to which the paths of adapters are relative. @default - the working directory */
  readonly stackFolder?: string;
}

/**
 * Checks that the commit exists, its license is allowed, its files can be read and none of them is refused, and computes the list of files.
 * @throws HubError, WeightsError
 */
export async function prepareWeights(wanted: WantedWeights, options: PrepareOptions): Promise<PreparedWeights> {
  const { hub, licenses, report, force, stackFolder = "." } = options;
  const { id, revision, deployments, remoteCode } = wanted;
  const model = new HubModel(hub, id, revision);
  requireLicense(id, await model.info(), licenses);
  const all = await model.files();
  const indexFile = all.find(({ path }) => path === indexName);
  const index = indexFile && (await model.content(indexFile));
  const { files: selected, omittedPython, omittedPickle } = selectFiles(all, { id, deployments, remoteCode, index: index?.toString() });
  if (omittedPython.length > 0) report(`${id}: these Python files are not staged: ${some(omittedPython)}.`);
  if (omittedPickle.length > 0) report(`${id}: these files in pickle formats are not staged: ${some(omittedPickle)}.`);
  const files: PreparedFile[] = [];
  for (const file of selected) {
    const { path, size, sha256 } = file;
    const origin = { kind: "hub", model, file } as const;
    if (sha256 !== undefined) {
      files.push({ path, size, sha256, origin, ...twinOf(wanted, { path, size, sha256 }) });
      continue;
    }
    const content = file.path === indexName && index !== undefined ? index : await model.content(file);
    files.push({ path, size, sha256: createHash("sha256").update(content).digest("hex"), origin, content });
  }
  // The files of a gated model are refused only when they are read.
  const large = files.find(({ content }) => content === undefined);
  if (large?.origin.kind === "hub") await model.locate(large.origin.file);
  for (const adapter of wanted.adapters) files.push(...(await prepareAdapter(adapter, { hub, licenses, stackFolder })));
  const manifest = manifestDigest(files);
  const recorded = wanted.listed && manifestDigest(wanted.listed);
  if (recorded !== undefined && recorded !== manifest && !force) throw changedList(wanted);
  return { wanted, files, manifest };
}

/** The same file in another staged folder, so that it isn't read from the Hub again. */
function twinOf({ others = [] }: WantedWeights, { path, size, sha256 }: WeightFile): { readonly twin?: string } {
  const other = others.find(({ files }) => files.some((file) => file.path === path && file.size === size && file.sha256 === sha256));
  return other === undefined ? {} : { twin: `${other.path}/${path}` };
}

function changedList({ id, revision, path, deployments }: WantedWeights): WeightsError {
  return new WeightsError(
    "changedList",
    `The files of ${id} at ${revision} that are to be staged differ from the list in the lock file, probably because another version of this command staged them. ` +
      `A deployment that runs with the earlier list can't start new instances after the files in ${path} change. ` +
      `If that is acceptable for ${deployments.join(", ")}, run the command with --force, and then \`pulumi up\` immediately.`,
  );
}
