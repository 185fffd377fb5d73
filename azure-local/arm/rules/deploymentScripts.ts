/** Checks of the definition of a deployment script. `scriptEnvironment.ts` checks its network and its storage account. */
import { secondsOf } from "../duration";
import { isUserAssigned, userAssignedIds } from "../grants";
import type { Rule, RuleContext } from "../model";
import { isWithin, parentIdOf, sameId } from "../path";
import { containerGroupIdOf, isActive, propertiesOf, runOf, SCRIPT } from "../scripts/script";

const DEVELOP = "Azure docs, azure-resource-manager/bicep/deployment-script-develop";
const ERRORS = "Azure docs, azure-resource-manager/bicep/deployment-script-bicep, deployment script error codes";

/** Source: DEVELOP, the maximum size of environment variables. */
const LARGEST_ENVIRONMENT = 64 * 1024;

/** Milliseconds until a running script can be deleted. Source: ERRORS, DeploymentScriptResourceConflict. */
const UNDELETABLE_FOR = 3600 * 1000;

/** Source: DEVELOP, "System-defined environment variables": those marked as reserved. */
const RESERVED = /^AZ_SCRIPTS_(OUTPUT_PATH|PATH_\w+)$/i;

/** Source: Azure docs, azure-resource-manager/management/resource-name-rules, containerGroups. */
const CONTAINER_NAME = /^(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const common = { types: [SCRIPT], on: ["create", "update"], status: 400, azureCode: "DeploymentScriptInvalidOperation" } as const;

function variablesOf({ body }: RuleContext) {
  return propertiesOf(body).environmentVariables ?? [];
}

export const deploymentScriptRules: readonly Rule[] = [
  {
    ...common,
    code: "script-conflict",
    status: 409,
    azureCode: "DeploymentScriptResourceConflict",
    on: ["update", "delete"],
    source: `${ERRORS}: a script in a nonterminal state can't run again, and can't be deleted in its first hour; inferred: also not with the same body`,
    grade: "D",
    check: ({ event, name, previous, inventory }) => {
      const now = inventory.now();
      if (!previous || !isActive(previous, now)) return undefined;
      const startedAt = runOf(previous)?.createdAt ?? previous.modifiedAt;
      if (event === "delete" && now - startedAt >= UNDELETABLE_FOR) return undefined;
      const what = event === "delete" ? "deleted until it has ended or has run for one hour" : "created again until it has ended";
      return `The deployment script '${name}' is running and can't be ${what}. To end it, delete its container group '${containerGroupIdOf(previous.id, previous.body)}'.`;
    },
  },
  {
    ...common,
    code: "script-patch",
    on: ["update"],
    source: "Azure REST specification, deploymentScripts 2023-08-01, DeploymentScriptUpdateParameter: only tags",
    grade: "S",
    check: ({ patch }) => {
      const other = Object.keys(patch ?? {}).find((key) => key !== "tags");
      return other && `A PATCH of a deployment script can change only 'tags': the request contains '${other}'. Use PUT.`;
    },
  },
  {
    ...common,
    code: "script-source",
    source: `${DEVELOP}: scriptContent, or primaryScriptUri instead`,
    grade: "D",
    check: ({ body }) => {
      const { scriptContent, primaryScriptUri } = propertiesOf(body);
      return (scriptContent === undefined) === (primaryScriptUri === undefined)
        ? "A deployment script requires either 'properties.scriptContent' or 'properties.primaryScriptUri'."
        : undefined;
    },
  },
  {
    ...common,
    code: "script-cli-version",
    source: `${DEVELOP}: a version of the Azure CLI image, such as 2.52.0`,
    grade: "D",
    check: ({ body }) => {
      const { azCliVersion } = propertiesOf(body);
      return azCliVersion === undefined || /^\d+\.\d+(\.\d+)?$/.test(azCliVersion)
        ? undefined
        : `'properties.azCliVersion' is '${azCliVersion}': it must be a version of the Azure CLI, such as 2.52.0.`;
    },
  },
  {
    ...common,
    code: "script-retention",
    source: `${DEVELOP}: between PT1H and PT26H`,
    grade: "D",
    check: ({ body }) => {
      const { retentionInterval } = propertiesOf(body);
      const seconds = secondsOf(retentionInterval) ?? 0;
      return seconds >= 3600 && seconds <= 26 * 3600
        ? undefined
        : `'properties.retentionInterval' is '${retentionInterval}': it must be an ISO 8601 duration between PT1H and PT26H.`;
    },
  },
  {
    ...common,
    code: "script-timeout",
    source: `${DEVELOP}: the maximum execution time in ISO 8601 format; the default is P1D`,
    grade: "D",
    check: ({ body }) => {
      const { timeout } = propertiesOf(body);
      return timeout === undefined || (secondsOf(timeout) ?? 0) > 0
        ? undefined
        : `'properties.timeout' is '${timeout}': it must be a positive ISO 8601 duration, such as PT4H.`;
    },
  },
  {
    ...common,
    code: "script-variables",
    source: "Azure REST specification, deploymentScripts 2023-08-01: value or secureValue; common knowledge: the names are unique",
    grade: "K",
    check: (context) => {
      if (context.patch) return undefined;
      const names = new Set<string>();
      for (const { name, value, secureValue } of variablesOf(context)) {
        if ((value === undefined) === (secureValue === undefined))
          return `The environment variable '${name}' requires either 'value' or 'secureValue'.`;
        if (!/^[A-Za-z_]\w*$/.test(name)) return `The name '${name}' of an environment variable is not valid: use letters, digits and '_'.`;
        if (names.has(name)) return `The environment variable '${name}' is specified twice.`;
        names.add(name);
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "script-variables-size",
    source: `${DEVELOP}: the maximum allowed size for environment variables is 64 KB`,
    grade: "D",
    check: (context) => {
      const sizes = variablesOf(context).map(({ name, value = "", secureValue = "" }) => Buffer.byteLength(name + value + secureValue));
      const size = sizes.reduce((sum, one) => sum + one, 0);
      return size > LARGEST_ENVIRONMENT ? `The environment variables have ${size} bytes: the limit is ${LARGEST_ENVIRONMENT}.` : undefined;
    },
  },
  {
    ...common,
    code: "script-variables-reserved",
    source: `${DEVELOP}, "System-defined environment variables": reserved names`,
    grade: "D",
    check: (context) => {
      const reserved = variablesOf(context).find(({ name }) => RESERVED.test(name));
      return reserved && `The environment variable '${reserved.name}' is reserved by the service.`;
    },
  },
  {
    ...common,
    code: "script-identity",
    source: `${DEVELOP}: only a user-assigned managed identity is supported; common knowledge: one`,
    grade: "D",
    check: ({ body: { identity } }) => {
      if (!identity?.type || identity.type === "None") return undefined;
      const count = userAssignedIds(identity).length;
      return isUserAssigned(identity) && !identity.type.includes("SystemAssigned") && count <= 1
        ? undefined
        : `The identity of a deployment script must be one user-assigned identity: the request has the type '${identity.type}' and ${count} user-assigned identities.`;
    },
  },
  {
    ...common,
    code: "script-container-name",
    azureCode: "DeploymentScriptContainerGroupNameInvalid",
    source: `${ERRORS}; azure-resource-manager/management/resource-name-rules`,
    grade: "D",
    check: ({ body }) => {
      const name = propertiesOf(body).containerSettings?.containerGroupName;
      return name === undefined || CONTAINER_NAME.test(name)
        ? undefined
        : `The container group name '${name}' is not valid: use lowercase letters, digits and single hyphens, not at the start or end.`;
    },
  },
  {
    ...common,
    code: "script-container-in-use",
    status: 409,
    azureCode: "DeploymentScriptContainerGroupInNonterminalState",
    source: ERRORS,
    grade: "D",
    check: ({ id, body, inventory }) => {
      const containerId = containerGroupIdOf(id, body);
      const others = inventory.all(SCRIPT).filter((other) => !sameId(other.id, id) && isWithin(other.id, parentIdOf(id)));
      const user = others.find(
        (other) => isActive(other, inventory.now()) && sameId(containerGroupIdOf(other.id, other.body), containerId),
      );
      return user && `The container group '${containerId}' is used by the deployment script '${user.name}', which has not ended.`;
    },
  },
];
