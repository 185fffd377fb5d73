/** Finds the record of a model: in the cache by commit, otherwise on the Hub. Without a connection, the last known commit is used. */
import { isSameId, type RecordCache } from "./cache";
import { HubError, type HubProblem } from "./error";
import { HubModel, isModelId } from "./model";
import { type HubRecord, readRecord } from "./record";
import { similarIds, similarInTable } from "./search";
import type { HubTransport } from "./transport";

export interface LookupOptions {
  readonly transport: HubTransport;
  readonly cache: RecordCache;
  /** Receives notes, and a line before a slow step. */
  readonly report: (line: string) => void;
}

/** Problems that have nothing to do with the model, so that a cached record of it can be used. */
const outages: ReadonlySet<HubProblem> = new Set(["connection", "server", "rateLimit"]);

/**
 * Finds the record of a model.
 * @param id In any case. The Hub's redirects from earlier names are followed, and the record has the present name.
 * @param revision Commit, 40 hexadecimal digits. @default - the newest commit of `main`
 * @throws HubError with suggestions if the Hub doesn't know the ID
 */
export async function findRecord(id: string, revision: string | undefined, options: LookupOptions): Promise<HubRecord> {
  const { transport, cache, report } = options;
  if (!isModelId(id)) {
    const like = likeText(similarInTable(id));
    throw new HubError("missing", `${JSON.stringify(id)} is not a model ID. Allowed: <organization>/<name>, such as Qwen/Qwen3-8B.${like}`);
  }
  const cached = revision === undefined ? undefined : cache.read(id, revision);
  if (cached !== undefined) return cached;
  try {
    return await readFromHub(id, revision, options);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    if (error.problem === "missing" || error.problem === "notFound") {
      throw new HubError(error.problem, `${error.message}${likeText(await similarIds(transport, id))}`);
    }
    if (!outages.has(error.problem)) throw error;
    const known = revision === undefined ? cache.newest(id) : undefined;
    const record = known && cache.read(known.id, known.commit);
    if (record === undefined) throw error.problem === "connection" ? noConnection(id, revision, error, transport) : error;
    report(`${error.message} The record of ${record.id} at ${record.commit} in the cache is used, the newest commit that is known.`);
    return record;
  }
}

async function readFromHub(id: string, revision: string | undefined, { transport, cache, report }: LookupOptions): Promise<HubRecord> {
  const info = await new HubModel(transport, id, revision ?? "main").info();
  if (!isSameId(info.id, id)) report(`${id} was renamed. Its name on the Hub is ${info.id}.`);
  const record = cache.read(info.id, info.commit) ?? (await readRecord(transport, info, report));
  try {
    cache.write(record);
    if (revision === undefined) cache.writeNewest(id, record);
  } catch (error) {
    report(`The record of ${info.id} can't be stored in the cache (${(error as NodeJS.ErrnoException).code ?? "no code"}).`);
  }
  return record;
}

function likeText(ids: readonly string[]): string {
  return ids.length === 0 ? "" : ` Similar IDs: ${ids.join(", ")}.`;
}

/** The error without a connection and without a cached record: which file the user needs, and how to use it. */
function noConnection(id: string, revision = "main", { code = "no code" }: HubError, { hub, hasToken, words }: HubTransport): HubError {
  const token = hasToken ? ' -H "Authorization: Bearer $HF_TOKEN"' : "";
  const command = `curl -L${token} -o config.json ${hub}/${id}/resolve/${revision}/config.json`;
  const like = similarInTable(id);
  const table = like.length === 0 ? "" : ` Models with a similar ID that need no connection: ${like.join(", ")}.`;
  return new HubError(
    "connection",
    `${hub} can't be reached (${code}), and the cache has no record of ${id}${revision === "main" ? "" : ` at ${revision}`}: ` +
      `run \`${command}\` on a machine with a connection, and ${words.configJson}.${table}`,
    code,
  );
}
