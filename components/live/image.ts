/** The images that deployments in Azure run. */
import type { ArmClient } from "../../azure/arm";

interface ListedDeployment {
  readonly name: string;
  readonly properties: { readonly environmentId?: string };
}

interface EnvironmentBody {
  readonly properties: { readonly image?: string };
}

/**
 * Returns the digests of the images of an endpoint's deployments, by deployment name. The digest of an image that can't be found out is
 * undefined, for example if the environment version no longer exists.
 * @param endpointId ARM ID. If the endpoint doesn't exist, it has no deployments.
 * @param names Deployments to read; others are omitted.
 * @throws ArmError if they can't be read
 */
export async function liveDigests(
  azure: ArmClient,
  endpointId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const listed = await azure.list<ListedDeployment>(`${endpointId}/deployments`);
  const found = listed.filter(({ name }) => names.includes(name));
  const digests = found.map(async ({ name, properties }) => [name, await digestOf(azure, properties.environmentId)] as const);
  return new Map(await Promise.all(digests));
}

async function digestOf(azure: ArmClient, environmentId: string | undefined): Promise<string | undefined> {
  // Azure also knows IDs of other forms, for environments outside the workspace. Moor's deployments don't use them.
  if (environmentId === undefined || !/^\/subscriptions\//i.test(environmentId)) return undefined;
  const environment = await azure.find<EnvironmentBody>(environmentId);
  return digestInReference(environment?.properties.image);
}

/** The digest at the end of an image reference: `<registry>/<repository>@sha256:…`. Undefined for a tag or another value. */
export function digestInReference(reference: unknown): string | undefined {
  return typeof reference === "string" ? /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1] : undefined;
}
