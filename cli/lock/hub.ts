/** Hugging Face, as far as a lock needs it: which commits a model has. */

const timeoutMs = 15_000;

/** Address of Hugging Face, or of a mirror of it: the variable is the one that `huggingface_hub` reads. */
export const hubAddress = () => (process.env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");

/**
 * The newest commit of a model repository.
 * @throws Error that names the setting to write instead, when Hugging Face can't be asked
 */
export async function newestCommit(model: string, hub = hubAddress()): Promise<string> {
  const instead = `Set \`vllm.revision\` of ${model} to the commit that its page on Hugging Face shows under Files`;
  let response: Response;
  try {
    response = await ask(hub, model, "main");
  } catch {
    throw new Error(`Hugging Face can't be reached from here to find the newest commit. ${instead}.`);
  }
  if (!response.ok) throw new Error(`Hugging Face answered ${response.status} for ${model}. ${instead}, or correct the model's name.`);
  const { sha } = (await response.json()) as { sha?: string };
  if (!/^[0-9a-f]{40}$/.test(sha ?? "")) throw new Error(`Hugging Face named no commit. ${instead}.`);
  return sha!;
}

/** What Hugging Face says of a commit. `unknown`: nothing; `because` says why. */
export type CommitAnswer =
  | { readonly known: "belongs" /** Whether its files need an account that accepted the licence. */; readonly gated: boolean }
  | { readonly known: "foreign" }
  | { readonly known: "unknown"; readonly because: string };

/** Whether a commit belongs to a model repository. Source: Hub API, `GET /api/models/{id}/revision/{revision}`, header X-Error-Code. */
export async function askCommit(model: string, revision: string, hub = hubAddress()): Promise<CommitAnswer> {
  try {
    const response = await ask(hub, model, revision);
    if (response.headers.get("x-error-code") === "RevisionNotFound") return { known: "foreign" };
    if (!response.ok) return { known: "unknown", because: `it answered ${response.status}` };
    const { sha, gated } = (await response.json()) as { sha?: unknown; gated?: unknown };
    if (sha !== revision) return { known: "unknown", because: "it named another commit" };
    return { known: "belongs", gated: gated === "auto" || gated === "manual" };
  } catch {
    return { known: "unknown", because: "no connection" };
  }
}

function ask(hub: string, model: string, revision: string): Promise<Response> {
  return fetch(`${hub}/api/models/${model}/revision/${revision}`, { signal: AbortSignal.timeout(timeoutMs) });
}
