import type { Platform } from "../clients/platform";

/** Object ID of the identity that can score on the endpoint with Microsoft Entra ID. */
export const scorer = "11111111-1111-4111-8111-111111111111";
/** Azure's built-in role with the permission to score: AzureML Data Scientist. */
const scoringRole = "f6c7c914-8db3-469d-8ca1-694a8f32e121";

/** Address and credential of an endpoint. */
export interface Access {
  readonly baseURL: string;
  readonly credential: string;
  /** A credential of someone who can't score. */
  readonly wrong: string;
}

/** An endpoint with keys and one with Microsoft Entra ID, each with a deployment of the same model. */
export interface Endpoints {
  readonly key: Access;
  readonly entra: Access;
}

/** Creates the endpoints `<name>-key` and `<name>-entra`. */
export async function createEndpoints(platform: Platform, name: string, deployment: object): Promise<Endpoints> {
  const { azure } = platform;
  const environment = await platform.environment(name, 8000, "/", "/health");
  const withKey = await platform.endpoint(`${name}-key`, environment, deployment);
  const withEntra = await platform.endpoint(`${name}-entra`, environment, deployment, "AADToken");
  await platform.put(
    `${withEntra}/providers/Microsoft.Authorization/roleAssignments/22222222-2222-4222-8222-222222222222`,
    {
      properties: {
        principalId: scorer,
        principalType: "ServicePrincipal",
        roleDefinitionId: `/subscriptions/${azure.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${scoringRole}`,
      },
    },
    "2022-04-01",
  );
  const keys = await fetch(`${azure.armUrl}${withKey}/listKeys?api-version=2025-12-01`, { method: "POST" });
  const { primaryKey } = (await keys.json()) as { primaryKey: string };
  const baseURL = (endpoint: string) => `${azure.frontdoorUrl}/${endpoint}/v1`;
  return {
    key: { baseURL: baseURL(`${name}-key`), credential: primaryKey, wrong: `${primaryKey}x` },
    entra: {
      baseURL: baseURL(`${name}-entra`),
      credential: azure.issueToken({ oid: scorer }),
      wrong: azure.issueToken({ oid: "33333333-3333-4333-8333-333333333333" }),
    },
  };
}
