/** Lists other checkpoints of a model: repositories with quantized weights that name it as their base model. */
import { HubError } from "./error";
import { findRecord, type LookupOptions } from "./lookup";
import type { HubRecord } from "./record";

/** Checkpoints that one request lists, those with the most downloads first. */
const mostListed = 50;

/** Formats that vLLM reads, as the Hub tags them, and the most checkpoints of each format that are read. */
const formats = ["fp8", "awq", "compressed-tensors", "gptq", "modelopt"] as const;
const mostOfFormat = 1;

/** Formats that vLLM doesn't read without a plugin. A repository with such a tag contains other files. */
const otherFormats: ReadonlySet<string> = new Set(["gguf", "mlx", "bitsandbytes", "onnx", "openvino", "exl2", "exl3", "coreml"]);

interface Listed {
  readonly id: string;
  readonly tags: ReadonlySet<string>;
}

/**
 * The records of the checkpoints with the most downloads, at most one of each format. Empty if the Hub doesn't answer or lists none.
 * Source: Hub API, `GET /api/models?filter=base_model:quantized:<id>`; Hub docs, model-cards, base_model_relation.
 */
export async function quantizedCheckpoints(id: string, options: LookupOptions): Promise<HubRecord[]> {
  const listed = (await list(id, options)).filter(({ tags }) => ![...tags].some((tag) => otherFormats.has(tag)));
  const chosen = formats.flatMap((format) => listed.filter(({ tags }) => tags.has(format)).slice(0, mostOfFormat));
  const records = await Promise.all([...new Set(chosen.map((one) => one.id))].map((other) => recordOf(other, options)));
  return records.flatMap((record) => record ?? []);
}

/** Undefined for a checkpoint that can't be read, for example because it is gated. */
async function recordOf(id: string, options: LookupOptions): Promise<HubRecord | undefined> {
  try {
    return await findRecord(id, undefined, { ...options, report: () => {} });
  } catch (error) {
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

async function list(id: string, { transport }: LookupOptions): Promise<Listed[]> {
  const query = new URLSearchParams({ filter: `base_model:quantized:${id}`, sort: "downloads", limit: String(mostListed) });
  try {
    const answer = await transport.send({
      ...{ url: `${transport.hub}/api/models?${query}`, headers: { accept: "application/json" }, isRead: true },
    });
    if (answer.status !== 200) {
      answer.discard();
      return [];
    }
    const found: unknown = JSON.parse(answer.content.toString("utf8"));
    return Array.isArray(found) ? found.flatMap(entryOf) : [];
  } catch (error) {
    if (error instanceof HubError || error instanceof SyntaxError) return [];
    throw error;
  }
}

function entryOf(value: unknown): Listed[] {
  const { id, tags } = (typeof value === "object" && value !== null ? value : {}) as { readonly id?: unknown; readonly tags?: unknown };
  if (typeof id !== "string" || !Array.isArray(tags)) return [];
  return [{ id, tags: new Set(tags.filter((tag): tag is string => typeof tag === "string")) }];
}
