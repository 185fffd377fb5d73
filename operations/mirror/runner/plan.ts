/** Compares the blobs of a folder with the files that belong there. */
import type { ListedBlob } from "../../../azure/blobStorage";
import { manifestDigest, manifestFileName, manifestText, type WeightFile } from "../../../planner/weights";
import { hashMetadata } from "./verify";

/** What has to be done with each file. */
export interface Plan<File extends WeightFile> {
  /** Files that are missing, or have another size or hash. */
  readonly copy: readonly File[];
  /** Files whose content is not verified. */
  readonly verify: readonly File[];
  /** Files that are there and were verified. */
  readonly ready: readonly File[];
  /** Names of blobs that don't belong to the folder. */
  readonly others: readonly string[];
  /** Whether the list of the files is there. */
  readonly isListed: boolean;
}

/**
 * @param folder Name of the folder, without a slash at the end.
 * @param blobs All blobs whose names start with `<folder>/`.
 * @param again Whether files that were verified are verified again.
 */
export function planFiles<File extends WeightFile>(
  folder: string,
  files: readonly File[],
  blobs: readonly ListedBlob[],
  again = false,
): Plan<File> {
  const byName = new Map(blobs.map((blob) => [blob.name, blob]));
  const kindOf = ({ path, size, sha256 }: File): "copy" | "verify" | "ready" => {
    const blob = byName.get(`${folder}/${path}`);
    if (blob?.size !== size) return "copy";
    const hash = blob.metadata[hashMetadata];
    if (hash === undefined) return "verify";
    if (hash !== sha256) return "copy";
    return again ? "verify" : "ready";
  };
  const kinds = files.map((file) => ({ file, kind: kindOf(file) }));
  const those = (wanted: "copy" | "verify" | "ready") => kinds.flatMap(({ file, kind }) => (kind === wanted ? [file] : []));
  const list = `${folder}/${manifestFileName}`;
  const own = new Set([list, ...files.map(({ path }) => `${folder}/${path}`)]);
  return {
    ...{ copy: those("copy"), verify: those("verify"), ready: those("ready") },
    others: blobs.map(({ name }) => name).filter((name) => !own.has(name)),
    isListed: isListed(byName.get(list), files),
  };
}

function isListed(list: ListedBlob | undefined, files: readonly WeightFile[]): boolean {
  if (list?.size !== Buffer.byteLength(manifestText(files))) return false;
  return list.metadata[hashMetadata] === manifestDigest(files).slice("sha256:".length);
}

/** Whether nothing has to be done. */
export function isComplete({ copy, verify, others, isListed }: Plan<WeightFile>): boolean {
  return copy.length === 0 && verify.length === 0 && others.length === 0 && isListed;
}
