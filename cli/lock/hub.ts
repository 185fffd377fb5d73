/** Hugging Face, as far as a lock needs it: which commit a model's branch is at. */

const timeoutMs = 15_000;

/**
 * The newest commit of a model repository.
 * @throws Error that names the setting to write instead, when Hugging Face can't be asked
 */
export async function newestCommit(model: string, hub = "https://huggingface.co"): Promise<string> {
  const instead = `Set \`vllm.revision\` of ${model} to the commit that its page on Hugging Face shows under Files`;
  let response: Response;
  try {
    response = await fetch(`${hub}/api/models/${model}/revision/main`, { signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    throw new Error(`Hugging Face can't be reached from here to find the newest commit. ${instead}.`);
  }
  if (!response.ok) throw new Error(`Hugging Face answered ${response.status} for ${model}. ${instead}, or correct the model's name.`);
  const { sha } = (await response.json()) as { sha?: string };
  if (!/^[0-9a-f]{40}$/.test(sha ?? "")) throw new Error(`Hugging Face named no commit. ${instead}.`);
  return sha!;
}
