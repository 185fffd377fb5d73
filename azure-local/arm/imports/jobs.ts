import { OutsideError, type Registries } from "../../registry/registries";
import type { ErrorBody } from "../azureError";
import type { Engine } from "../engine";
import type { Job } from "../jobs";
import type { Operation } from "../operations";
import type { ImportWork } from "./work";

/** Duration of an import, in Azure seconds. In Azure, it depends on the size of the image and is not documented. */
const SECONDS = 60;

/** The imports that were accepted but are not copied yet. */
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

/**
 * The error of the operation. Azure's message ends with the response of the source registry (Azure/acr issues 181, 196, 457). It is
 * inferred that the error code is the name of the status.
 */
function failureOf(error: unknown, { registryId, registry, repository, digest }: ImportWork): ErrorBody {
  const what = `Operation registries-${digest.slice(-12)} failed. Resource ${registryId}`;
  if (!(error instanceof OutsideError)) return { code: "InternalServerError", message: `${what} ${String(error)}` };
  const [code, ociCode] = CODES[error.status];
  const answer = { errors: [{ code: ociCode, message: error.message, detail: `${registry}/${repository}@${digest}` }] };
  return { code, message: `${what} Invalid message ${code} ${code} ${JSON.stringify(answer)}` };
}

/** Name of the status, and the error code of the OCI distribution specification. */
const CODES = {
  401: ["Unauthorized", "UNAUTHORIZED"],
  403: ["Forbidden", "DENIED"],
  404: ["NotFound", "MANIFEST_UNKNOWN"],
  429: ["TooManyRequests", "TOOMANYREQUESTS"],
  502: ["BadGateway", "UNKNOWN"],
} as const satisfies Record<OutsideError["status"], readonly [string, string]>;

/** Records the images for the rules of deployments. */
function record({ registryId, digest, targets }: ImportWork, { contents, store }: Engine): void {
  if (!store.get(registryId)) return;
  for (const { repository, tags } of targets)
    for (const reference of [digest, ...tags]) contents.putImage(registryId, repository, reference, digest);
}
