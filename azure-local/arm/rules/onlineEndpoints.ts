import { isUserAssigned, userAssignedIds } from "../grants";
import type { Resource, Rule, RuleContext } from "../model";
import { isWithin, sameId } from "../path";
import { sameRegion } from "../region";
import { propertiesOf } from "../types/managedNetwork";
import { DEPLOYMENT, ENDPOINT, endpointProperties } from "../types/onlineEndpointBodies";
import { LIMITS, ROLLOUT, TROUBLESHOOT } from "./sources";

const IDENTITIES = "Azure docs, machine-learning/how-to-access-resources-from-endpoints-managed-identities";

/** Rules for the names of endpoints and deployments. */
export function endpointNameRules(type: string, what: "endpoint" | "deployment"): readonly Rule[] {
  return [
    {
      code: `${what}-name`,
      types: [type],
      on: ["create"],
      azureCode: "BadArgument",
      status: 400,
      source: `${LIMITS}: 3 to 32 letters, digits and hyphens, starting with a letter`,
      grade: "D",
      check: ({ name }) =>
        /^[a-zA-Z][a-zA-Z0-9-]{2,31}$/.test(name)
          ? undefined
          : `The ${what} name '${name}' is invalid: it must have 3 to 32 letters, digits and hyphens and start with a letter.`,
    },
    {
      code: `${what}-name-lower-case`,
      types: [type],
      on: ["create"],
      azureCode: "BadArgument",
      status: 400,
      source:
        "azureml-assets, assets/common/src/deploy.py: the name is the first part of a host name, in lower case and without a trailing hyphen",
      grade: "E",
      check: ({ name }) =>
        /[A-Z]|-$/.test(name) ? `The ${what} name '${name}' is invalid: it must be in lowercase and can't end with a hyphen.` : undefined,
    },
  ];
}

function weights(map: Readonly<Record<string, number>> | undefined): [string, number][] {
  return Object.entries(map ?? {});
}

function sum(map: Readonly<Record<string, number>> | undefined): number {
  return weights(map).reduce((total, [, weight]) => total + weight, 0);
}

function deploymentNames({ id, inventory }: RuleContext): string[] {
  return inventory.children(id, DEPLOYMENT).map(({ name }) => name.toLowerCase());
}

function vaultOf(workspace: Resource, { inventory }: RuleContext): Resource | undefined {
  return inventory.get(propertiesOf(workspace).keyVault);
}

/** The first entry of `properties.properties` that an update changes or removes. */
export function lostEntry({ body, previous }: RuleContext): string | undefined {
  const entries = (from: { properties?: unknown }) => ((from.properties ?? {}) as { properties?: Record<string, string> }).properties ?? {};
  const now = entries(body);
  return Object.entries(entries(previous!.body)).find(([key, value]) => now[key] !== value)?.[0];
}

/** The error if another operation is running on the endpoint or one of its deployments. */
export function runningOperationError(endpointId: string, { inventory }: RuleContext): string | undefined {
  const running = inventory.runningWithin(endpointId)[0];
  return (
    running &&
    `Another operation (${running.kind}) is in progress on '${running.resourceId}': only one operation can run at a time on an endpoint and its deployments. Retry when it has completed.`
  );
}

export const onlineEndpointRules: readonly Rule[] = [
  {
    code: "endpoint-busy",
    types: [ENDPOINT],
    on: ["create", "update", "delete"],
    azureCode: "Conflict",
    status: 409,
    source: `${TROUBLESHOOT} (conflict, OperationCanceled)`,
    grade: "D",
    check: (context) => runningOperationError(context.id, context),
  },
  {
    code: "patch-of-endpoint-and-deployment",
    types: [ENDPOINT, DEPLOYMENT],
    on: ["update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure REST specification, mfe.json: PATCH supports tags and identity of an endpoint, tags and sku of a deployment",
    grade: "K",
    check: ({ type, patch }) => {
      const allowed = type === ENDPOINT ? ["tags", "identity"] : ["tags", "sku"];
      const other = Object.keys(patch ?? {}).find((key) => !allowed.includes(key));
      return (
        other && `'${other}' can't be changed with PATCH, which supports only ${allowed.join(" and ")}: send the whole resource with PUT.`
      );
    },
  },
  ...endpointNameRules(ENDPOINT, "endpoint"),
  {
    code: "endpoint-name-unique-in-region",
    types: [ENDPOINT],
    on: ["create"],
    azureCode: "EndpointNameNotAvailable",
    status: 409,
    source: `${LIMITS}: unique in the Azure region`,
    grade: "D",
    check: ({ name, body, inventory }) => {
      const duplicate = inventory
        .all(ENDPOINT)
        .find((other) => other.name.toLowerCase() === name.toLowerCase() && sameRegion(other.body.location, body.location));
      return (
        duplicate &&
        `The endpoint name '${name}' is already used in ${body.location}: names must be unique in a region, across workspaces and subscriptions.`
      );
    },
  },
  {
    code: "endpoint-location",
    types: [ENDPOINT],
    on: ["create"],
    azureCode: "BadArgument",
    status: 400,
    source: "inferred: an endpoint is in the region of its workspace",
    grade: "I",
    check: ({ body, parentId, inventory }) => {
      const region = inventory.get(parentId)?.body.location;
      return region && !sameRegion(region, body.location)
        ? `The location of the endpoint, ${body.location}, differs from the location of its workspace, ${region}.`
        : undefined;
    },
  },
  {
    code: "endpoint-auth-mode",
    types: [ENDPOINT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/concept-endpoints-online-auth",
    grade: "D",
    check: ({ body }) => {
      const { authMode } = endpointProperties({ body });
      return ["Key", "AMLToken", "AADToken"].includes(authMode)
        ? undefined
        : `'properties.authMode' is '${authMode}': it must be Key, AMLToken or AADToken.`;
    },
  },
  {
    code: "endpoint-v1-legacy",
    types: [ENDPOINT],
    on: ["create"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/how-to-configure-network-isolation-with-v2",
    grade: "D",
    check: ({ parentId, inventory }) =>
      inventory.get(parentId)?.body.properties?.v1LegacyMode === true
        ? "The workspace has v1LegacyMode enabled: managed online endpoints require it to be disabled."
        : undefined,
  },
  {
    code: "endpoint-key-auth-needs-vault-bypass",
    types: [ENDPOINT],
    on: ["create"],
    azureCode: "BadArgument",
    status: 400,
    source: `${TROUBLESHOOT} (Key Vault bypass)`,
    grade: "D",
    check: (context) => {
      const workspace = context.inventory.get(context.parentId);
      const acls = workspace && (vaultOf(workspace, context)?.body.properties?.networkAcls as { bypass?: string } | undefined);
      const blocked = endpointProperties(context).authMode === "Key" && acls?.bypass !== undefined && acls.bypass !== "AzureServices";
      return blocked
        ? `An endpoint with authMode Key requires access for trusted services to the workspace's key vault: 'networkAcls.bypass' is ${acls.bypass}; it must be AzureServices.`
        : undefined;
    },
  },
  {
    code: "endpoint-secret-stores-need-system-identity",
    types: [ENDPOINT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/how-to-deploy-online-endpoint-with-secret-injection",
    grade: "D",
    check: ({ body }) => {
      const enforced = endpointProperties({ body }).properties?.enforce_access_to_default_secret_stores;
      return enforced === "enabled" && isUserAssigned(body.identity)
        ? "'enforce_access_to_default_secret_stores' requires a system-assigned identity."
        : undefined;
    },
  },
  {
    code: "endpoint-identity-fixed",
    types: [ENDPOINT],
    on: ["update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${IDENTITIES} (limitations)`,
    grade: "D",
    check: ({ body, previous }) => {
      const [now, before] = [body.identity, previous!.body.identity];
      const [nowIds, beforeIds] = [userAssignedIds(now), userAssignedIds(before)];
      const same =
        now?.type === before?.type &&
        nowIds.length === beforeIds.length &&
        nowIds.every((id) => beforeIds.some((other) => sameId(id, other)));
      return same
        ? undefined
        : `The identity of an endpoint can't be changed after creation: it is ${before?.type} [${beforeIds.join(", ")}], and the request has ${now?.type} [${nowIds.join(", ")}].`;
    },
  },
  {
    code: "endpoint-properties-add-only",
    types: [ENDPOINT],
    on: ["update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure REST specification, machinelearningservices: properties can be added, but not removed or changed",
    grade: "S",
    check: (context) => {
      const removed = lostEntry(context);
      return removed && `The entry '${removed}' of 'properties.properties' can't be removed or changed.`;
    },
  },
  {
    code: "traffic-keys-exist",
    types: [ENDPOINT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/reference-yaml-endpoint-online",
    grade: "D",
    check: (context) => {
      const { traffic, mirrorTraffic } = endpointProperties(context);
      const names = deploymentNames(context);
      const unknown = [...weights(traffic), ...weights(mirrorTraffic)].find(([name]) => !names.includes(name.toLowerCase()));
      return (
        unknown &&
        `Traffic is assigned to the deployment '${unknown[0]}', which the endpoint '${context.name}' doesn't have. Its deployments: ${names.join(", ") || "none"}.`
      );
    },
  },
  {
    code: "traffic-sum",
    types: [ENDPOINT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/reference-yaml-endpoint-online: the sum is 0 or 100",
    grade: "D",
    check: ({ body }) => {
      const { traffic } = endpointProperties({ body });
      const outside = weights(traffic).find(([, weight]) => weight < 0 || weight > 100 || !Number.isInteger(weight));
      if (outside) return `The traffic of '${outside[0]}' is ${outside[1]}: it must be an integer from 0 to 100.`;
      return [0, 100].includes(sum(traffic)) ? undefined : `The sum of the traffic is ${sum(traffic)}: it must be 0 or 100.`;
    },
  },
  {
    code: "mirror-one-at-most-half",
    types: [ENDPOINT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${ROLLOUT}: one deployment, at most 50%`,
    grade: "D",
    check: ({ body }) => {
      const mirrored = weights(endpointProperties({ body }).mirrorTraffic).filter(([, weight]) => weight !== 0);
      if (mirrored.length > 1) return `Traffic can be mirrored to one deployment: the request has ${mirrored.length}.`;
      const [one] = mirrored;
      return one && (one[1] < 0 || one[1] > 50)
        ? `The mirrored traffic of '${one[0]}' is ${one[1]}: it must be between 0 and 50.`
        : undefined;
    },
  },
  {
    code: "mirror-not-live",
    types: [ENDPOINT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${ROLLOUT}: live or mirrored traffic, not both`,
    grade: "D",
    check: ({ body }) => {
      const { traffic, mirrorTraffic } = endpointProperties({ body });
      const live = weights(traffic).flatMap(([name, weight]) => (weight > 0 ? [name.toLowerCase()] : []));
      const both = weights(mirrorTraffic).find(([name, weight]) => weight > 0 && live.includes(name.toLowerCase()));
      return both && `The deployment '${both[0]}' has live traffic and can't receive mirrored traffic.`;
    },
  },
  {
    code: "endpoint-limit",
    types: [ENDPOINT],
    on: ["create"],
    azureCode: "OutOfQuota",
    status: 400,
    source: `${LIMITS}: 100 endpoints per subscription and region`,
    grade: "D",
    check: ({ id, body, inventory }) => {
      const subscription = id.split("/").slice(0, 3).join("/");
      const count = inventory
        .all(ENDPOINT)
        .filter((other) => isWithin(other.id, subscription) && sameRegion(other.body.location, body.location)).length;
      const most = inventory.settings.limits.endpoints;
      return count >= most ? `The subscription has ${count} endpoints in ${body.location}: the limit is ${most}.` : undefined;
    },
  },
];
