import { createHash } from "node:crypto";
import { type HubAnswer, HubError, json } from "./answer";
import { fileFacts, type HubRepository } from "./repository";

const MODIFIED = "2026-01-01T00:00:00.000Z";

/** The keys of `expand`. Source: Hub API, `GET /api/models/{id}` (huggingface.co/spaces/huggingface/openapi). */
const expandable = new Set([
  ...["author", "baseModels", "cardData", "childrenModelCount", "config", "createdAt", "disabled", "downloads", "downloadsAllTime"],
  ...["gated", "gguf", "gitalyUid", "inference", "inferenceProviderMapping", "lastModified", "library_name", "likes", "mask_token"],
  ...["model-index", "pipeline_tag", "private", "resourceGroup", "safetensors", "sha", "siblings", "spaces", "tags", "transformersInfo"],
  ...["trendingScore", "usedStorage", "widgetData", "xetEnabled"],
]);

/**
 * `GET /api/models/{id}[/revision/{rev}]`. With `expand`, only the named properties are returned; with `blobs`, siblings have sizes and hashes.
 * Both exclude each other.
 */
export async function modelInfo(repository: HubRepository, query: URLSearchParams): Promise<HubAnswer> {
  const expand = [...query.getAll("expand"), ...query.getAll("expand[]")];
  const blobs = ["true", "1"].includes(query.get("blobs") ?? "");
  if (expand.length > 0 && blobs) throw new HubError(400, undefined, "Cannot use both `expand` and `blobs` parameters.");
  const unknown = expand.find((key) => !expandable.has(key));
  if (unknown !== undefined)
    throw new HubError(400, undefined, `"expand" must be one of [${[...expandable].join(", ")}]; it is ${unknown}.`);
  const { id, commit, license, gated = false, files, parameters } = repository;
  const siblings = await Promise.all(Object.keys(files).map((file) => sibling(repository, file, blobs)));
  const all: Record<string, unknown> = {
    _id: createHash("sha256").update(id).digest("hex").slice(0, 24),
    id,
    modelId: id,
    author: id.includes("/") ? id.split("/")[0] : undefined,
    sha: commit,
    lastModified: MODIFIED,
    createdAt: MODIFIED,
    private: repository.private ?? false,
    gated,
    disabled: repository.disabled ?? false,
    downloads: 0,
    likes: 0,
    library_name: "transformers",
    pipeline_tag: pipelineOf(repository),
    tags: tagsOf(repository),
    cardData: {
      ...(license === undefined ? {} : { license }),
      ...(repository.refusesEurope ? { extra_gated_eu_disallowed: true } : {}),
    },
    config: {},
    siblings,
  };
  const { _id, modelId } = all;
  if (expand.length === 0) return json(200, all);
  // Only returned with `expand`.
  const safetensors = parameters && { parameters, total: Object.values(parameters).reduce((sum, count) => sum + count, 0) };
  const named = Object.fromEntries(expand.map((key) => [key, key === "safetensors" ? safetensors : all[key]]));
  return json(200, { _id, id, modelId, ...named });
}

/** An entry of `GET /api/models`, the search. */
export function listEntry(repository: HubRepository): unknown {
  const { id, private: hidden = false } = repository;
  const _id = createHash("sha256").update(id).digest("hex").slice(0, 24);
  return { _id, id, modelId: id, private: hidden, downloads: 0, likes: 0, tags: tagsOf(repository), pipeline_tag: pipelineOf(repository) };
}

export function tagsOf({ license, tags = [] }: HubRepository): string[] {
  return ["transformers", "safetensors", ...(license === undefined ? [] : [`license:${license}`]), ...tags];
}

function pipelineOf({ pipelineTag = "text-generation" }: HubRepository): string {
  return pipelineTag;
}

async function sibling(repository: HubRepository, file: string, blobs: boolean): Promise<unknown> {
  if (!blobs) return { rfilename: file };
  const { size, oid, large } = (await fileFacts(repository, file))!;
  return {
    rfilename: file,
    size,
    blobId: oid,
    ...(large ? { lfs: { sha256: large.sha256, size, pointerSize: large.pointer.length } } : {}),
  };
}
