import { createHash } from "node:crypto";
import { type HubAnswer, HubError, json } from "./answer";
import { fileFacts, type HubRepository } from "./repository";

const DATE = "2026-01-01T00:00:00.000Z";

export interface TreeRequest {
  readonly repository: HubRepository;
  /** Path of the folder; empty for the root. */
  readonly folder: string;
  readonly query: URLSearchParams;
  /** Address of the request without its query. */
  readonly url: string;
  /** Entries of a page, unless the request asks for fewer. */
  readonly pageSize: number;
}

/** `GET /api/models/{id}/tree/{rev}[/{folder}]`, in pages whose next one is in the header `Link`. */
export async function tree({ repository, folder, query, url, pageSize }: TreeRequest): Promise<HubAnswer> {
  const recursive = isTrue(query.get("recursive"));
  const expand = isTrue(query.get("expand"));
  const entries = entriesOf(Object.keys(repository.files), folder, recursive);
  if (folder !== "" && entries.length === 0) throw new HubError(404, "EntryNotFound", `${folder} does not exist on "${repository.commit}"`);
  const limit = Math.min(positive(query.get("limit")) ?? pageSize, pageSize);
  const start = positive(Buffer.from(query.get("cursor") ?? "", "base64url").toString("utf8")) ?? 0;
  const page = await Promise.all(entries.slice(start, start + limit).map((entry) => entryOf(repository, entry, expand)));
  if (start + limit >= entries.length) return json(200, page);
  const next = new URL(url);
  for (const [name, value] of query) next.searchParams.set(name, value);
  next.searchParams.set("cursor", Buffer.from(String(start + limit)).toString("base64url"));
  return json(200, page, { link: `<${next.href}>; rel="next"` });
}

/** `POST /api/models/{id}/paths-info/{rev}`. Paths that don't exist are left out. */
export async function pathsInfo(repository: HubRepository, paths: readonly string[], expand: boolean): Promise<HubAnswer> {
  const present = paths.flatMap((one) => {
    if (Object.hasOwn(repository.files, one)) return [one];
    return Object.keys(repository.files).some((file) => file.startsWith(`${one}/`)) ? [`${one}/`] : [];
  });
  return json(200, await Promise.all(present.map((entry) => entryOf(repository, entry, expand))));
}

/** Paths of files and, with a slash at the end, of folders, folders before what they contain. */
function entriesOf(files: readonly string[], folder: string, recursive: boolean): string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const entries = new Set<string>();
  for (const file of [...files].sort()) {
    if (!file.startsWith(prefix)) continue;
    const below = file.slice(prefix.length).split("/");
    const depth = recursive ? below.length : Math.min(below.length, 2);
    for (let count = 1; count < depth; count++) entries.add(`${prefix}${below.slice(0, count).join("/")}/`);
    if (recursive || below.length === 1) entries.add(file);
  }
  return [...entries];
}

async function entryOf(repository: HubRepository, entry: string, expand: boolean): Promise<unknown> {
  const more = expand ? { lastCommit: { id: repository.commit, title: "Upload", date: DATE } } : {};
  if (entry.endsWith("/")) {
    const oid = createHash("sha1").update(entry).digest("hex");
    return { type: "directory", oid, size: 0, path: entry.slice(0, -1), ...more };
  }
  const { oid, size, large } = (await fileFacts(repository, entry))!;
  const lfs = large ? { lfs: { oid: large.sha256, size, pointerSize: large.pointer.length } } : {};
  return { type: "file", oid, size, path: entry, ...lfs, ...more };
}

/** A positive number; undefined for another text. */
function positive(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

function isTrue(text: string | null): boolean {
  return text === "true" || text === "1";
}
