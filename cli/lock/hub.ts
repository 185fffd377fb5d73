/** Requests to Hugging Face for the commits of models. */
import { isProtected } from "../../azure/loopback";

const timeoutMs = 15_000;

/** URL of Hugging Face or of a mirror of it. The library `huggingface_hub` reads the same environment variable. */
export const hubAddress = () => (process.env.HF_ENDPOINT?.trim() || "https://huggingface.co").replace(/\/+$/, "");

/**
 * Returns the newest commit of a model repository.
 * @throws Error with the setting to use instead, if the request to Hugging Face fails
 */
export async function newestCommit(model: string, hub = hubAddress()): Promise<string> {
  const instead = `Set \`vllm.revision\` of ${model} to the commit shown under Files on its Hugging Face page`;
  let response: Response;
  try {
    response = await getRevision(hub, model, "main");
  } catch {
    throw new Error(`The newest commit is unknown, because Hugging Face is not reachable. ${instead}.`);
  }
  if (!response.ok) throw new Error(`Hugging Face returned ${response.status} for ${model}. ${instead}, or correct the model name.`);
  const { sha } = (await response.json()) as { sha?: string };
  if (!/^[0-9a-f]{40}$/.test(sha ?? "")) throw new Error(`Hugging Face returned no commit. ${instead}.`);
  return sha!;
}

/** Whether a commit belongs to a model. `unknown`: the request failed, for the reason in `because`. */
export type CommitCheck =
  | { readonly known: "belongs" /** Whether the files require an account that accepted the license. */; readonly gated: boolean }
  | { readonly known: "foreign" }
  | { readonly known: "unknown"; readonly because: string };

/**
 * Checks whether a commit belongs to a model repository. Source: Hub API, `GET /api/models/{id}/revision/{revision}`, header X-Error-Code.
 */
export async function checkCommit(model: string, revision: string, hub = hubAddress()): Promise<CommitCheck> {
  try {
    const response = await getRevision(hub, model, revision);
    if (response.headers.get("x-error-code") === "RevisionNotFound") return { known: "foreign" };
    if (!response.ok) return { known: "unknown", because: `it returned ${response.status}` };
    const { sha, gated } = (await response.json()) as { sha?: unknown; gated?: unknown };
    if (sha !== revision) return { known: "unknown", because: "Hugging Face returned a different commit" };
    return { known: "belongs", gated: gated === "auto" || gated === "manual" };
  } catch {
    return { known: "unknown", because: "no connection" };
  }
}

function getRevision(hub: string, model: string, revision: string): Promise<Response> {
  const token = process.env.HF_TOKEN?.trim();
  // A private model is visible only with a token. The token is sent only over an encrypted connection, and fetch drops it on redirects to
  // another host.
  const headers: Record<string, string> = token && isProtected(hub) ? { authorization: `Bearer ${token}` } : {};
  return fetch(`${hub}/api/models/${model}/revision/${revision}`, { headers, signal: AbortSignal.timeout(timeoutMs) });
}
