import { z } from "zod";
import { AzureError } from "../azureError";
import type { ImportTarget } from "./work";

/** Azure REST specification, containerregistry 2025-11-01: ImportImageParameters. */
const parameters = z.strictObject({
  source: z.strictObject({
    resourceId: z.string().optional(),
    registryUri: z.string().optional(),
    credentials: z.strictObject({ username: z.string().optional(), password: z.string() }).optional(),
    sourceImage: z.string(),
  }),
  targetTags: z.array(z.string()).optional(),
  untaggedTargetRepositories: z.array(z.string()).optional(),
  mode: z.enum(["NoForce", "Force"]).default("NoForce"),
});

type Parameters = z.output<typeof parameters>;

/** What an `importImage` request asks for. */
export interface ImportRequest {
  readonly source: Parameters["source"];
  readonly targets: readonly ImportTarget[];
  /** Whether existing tags are replaced. */
  readonly force: boolean;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const BY_DIGEST = /^([^@:]+)@(sha256:[0-9a-f]{64})$/;

/** Reads the targets of a request, or undefined if the request is not valid, for rules that depend on them. */
export function targetsOf(body: unknown): readonly ImportTarget[] | undefined {
  const read = parameters.safeParse(body);
  return read.success ? (targets(read.data) ?? undefined) : undefined;
}

/** @throws AzureError 400 */
export function readImportRequest(body: unknown): ImportRequest {
  const read = parameters.safeParse(body);
  if (!read.success) {
    const { path, message } = read.error.issues[0]!;
    throw new AzureError(400, "InvalidRequestContent", `The request content was invalid: ${path.join(".") || "body"}: ${message}.`);
  }
  const { source, mode } = read.data;
  return { source, targets: targets(read.data), force: mode === "Force" };
}

/** Repository and digest of `<repository>@sha256:<digest>`, and the tag of other source images. */
export function readSourceImage(text: string): { readonly repository: string; readonly digest: string } | undefined {
  const [, repository, digest] = BY_DIGEST.exec(text) ?? [];
  return repository !== undefined && digest !== undefined && REPOSITORY.test(repository) ? { repository, digest } : undefined;
}

/** One target for each repository. A target without a tag means `latest`, unless the source has a tag, but a digest has none. */
function targets({ targetTags = [], untaggedTargetRepositories = [] }: Parameters): ImportTarget[] {
  const tagsOf = new Map<string, Set<string>>(untaggedTargetRepositories.map((repository) => [repository, new Set()]));
  for (const target of targetTags) {
    const [repository, tag = "latest"] = target.split(/:(.*)/s, 2) as [string, string?];
    tagsOf.set(repository, (tagsOf.get(repository) ?? new Set()).add(tag));
  }
  return [...tagsOf].map(([repository, tags]) => ({ repository, tags: [...tags] }));
}

/** The first target whose repository or tag Azure rejects. */
export function invalidTarget(all: readonly ImportTarget[]): string | undefined {
  const invalid = all.find(({ repository, tags }) => !REPOSITORY.test(repository) || tags.some((tag) => !TAG.test(tag)));
  return invalid && [invalid.repository, ...invalid.tags].join(":");
}
