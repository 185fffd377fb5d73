/** Sentences for errors of the storage account. */
import { BlobConnectionError, type BlobContainer, BlobError } from "../../../azure/blobStorage";
import { WeightsError } from "../error";

/** Runs requests to the account, and turns its errors into sentences that say what to do. */
export async function storageProblem<T>(container: BlobContainer, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw (await translated(container, error)) ?? error;
  }
}

const continues = "Nothing was registered. The next run of this command continues where it stopped.";

async function translated(container: BlobContainer, error: unknown): Promise<WeightsError | undefined> {
  const why = await container.notReachable(error);
  if (why !== undefined) return new WeightsError("unreachable", `${why.detail} ${continues}`);
  if (error instanceof BlobConnectionError || !(error instanceof BlobError)) return undefined;
  const answer = [error.status, error.code].filter((part) => part !== undefined).join(" ");
  if (error.code === "InvalidBlockList") {
    return new WeightsError(
      "service",
      `Another process has written the same blob of ${container.account} in the meantime (${answer} to ${error.request}). Run only one copy of a model. ${continues}`,
    );
  }
  if (error.isFull) {
    return new WeightsError(
      "full",
      `The storage account ${container.account} has no space left: it answered ${answer} to ${error.request}. Delete what isn't used, or ask for a larger limit. ${continues}`,
    );
  }
  if (error.status >= 500) {
    return new WeightsError(
      "service",
      `The storage account ${container.account} answered ${answer} to ${error.request}, also after several attempts. Check https://azure.status.microsoft. ${continues}`,
    );
  }
  return new WeightsError("service", `The storage account ${container.account} answered ${answer} to ${error.request}. ${continues}`);
}
