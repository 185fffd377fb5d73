import { OutsideError, type Registries } from "../../registry/registries";
import type { ErrorBody } from "../azureError";
import type { Engine } from "../engine";
import type { Job } from "../jobs";
import type { Operation } from "../operations";
import type { ImportWork } from "./work";

/** Azure seconds of an import. Azure's time depends on the size of the image and is not documented. */
const SECONDS = 60;

/** The imports that are accepted and not copied yet. */
export function importJobs(engine: Engine, registries: Registries): Job[] {
  return engine.operations.list().flatMap((operation) => {
    const { id, importing, doneAt } = operation;
    if (importing === undefined || doneAt !== undefined) return [];
    return [{ id, work: () => copied(operation, importing, engine, registries) }];
  });
}

async function copied(operation: Operation, work: ImportWork, engine: Engine, registries: Registries): Promise<() => void> {
  const failure = operation.failure ?? (await copy(operation.id, work, engine, registries));
  return () => {
    const current = engine.operations.get(operation.id);
    engine.credentials.forget(operation.id);
    if (current?.status !== "InProgress") return;
    if (failure === undefined) record(work, engine);
    engine.operations.schedule({ ...current, failure }, SECONDS, engine.now());
  };
}

/** @returns the error with which the operation fails */
async function copy(id: string, work: ImportWork, engine: Engine, registries: Registries): Promise<ErrorBody | undefined> {
  const { registry, repository, digest, registryId, targets } = work;
  const credentials = engine.credentials.secretsOf<{ username: string; password: string }>(id);
  try {
    for (const { repository: target, tags } of targets)
      await registries.importImage({ registry, repository, digest, credentials }, { registryId, repository: target, tags });
    return undefined;
  } catch (error) {
    return failureOf(error, work);
  }
}

/** Azure's messages contain the response of the source registry (Azure/acr issues 181, 196, 457, 632). */
function failureOf(error: unknown, { registry, repository, digest }: ImportWork): ErrorBody {
  const what = `${registry}/${repository}@${digest}`;
  if (!(error instanceof OutsideError)) return { code: "InternalServerError", message: `Could not import '${what}': ${String(error)}` };
  return { code: CODES[error.status], message: `Could not import '${what}': ${error.message}` };
}

const CODES = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "ManifestUnknown",
  429: "TooManyRequests",
  502: "InvalidParameters",
} as const satisfies Record<OutsideError["status"], string>;

/** Records the images for the rules of deployments. */
function record({ registryId, digest, targets }: ImportWork, { contents, store }: Engine): void {
  if (!store.get(registryId)) return;
  for (const { repository, tags } of targets)
    for (const reference of [digest, ...tags]) contents.putImage(registryId, repository, reference, digest);
}
