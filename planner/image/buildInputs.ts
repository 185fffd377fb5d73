/** The inputs of an image build, and their hash. */

export interface BuildInputs {
  /** Hash of the Dockerfile, the files of the context that `.dockerignore` doesn't exclude, and the arguments: `sha256:…`. */
  readonly digest: string;
  /** References of the base images, each with a digest. */
  readonly bases: readonly string[];
}

/**
 * Hashes the inputs of a build.
 * @param args Build arguments.
 * @throws PlanError with a code MOOR25x
 */
export function buildInputs(_build: {
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
}): BuildInputs {
  throw new Error("not written yet");
}
