import { at, isObject } from "../json";
import type { Rule } from "../model";
import { readTaskFile } from "../runs/taskFile";

const common = { types: ["Microsoft.ContainerRegistry/registries/tasks"], on: ["create", "update"], status: 400 } as const;

/** Rules of tasks of a container registry. Azure's codes and messages are not documented. */
export const registryTaskRules: readonly Rule[] = [
  {
    ...common,
    code: "task-platform-and-step",
    azureCode: "InvalidParameters",
    source:
      "Azure REST specification, containerregistry 2019-04-01: TaskProperties requires both; later versions have tasks of the system without them",
    grade: "S",
    check: ({ body }) => {
      if (at(body, "properties.isSystemTask") === true) return undefined;
      const missing = ["platform", "step"].find((name) => at(body, `properties.${name}`) === undefined);
      return missing && `Missing property properties.${missing} of the task.`;
    },
  },
  {
    ...common,
    code: "task-content",
    azureCode: "InvalidParameters",
    source:
      "Azure docs, container-registry/container-registry-tasks-reference-yaml: a task file has steps; that a PUT checks it is inferred",
    grade: "I",
    check: ({ body }) => {
      const content = at(body, "properties.step.encodedTaskContent");
      const read = typeof content === "string" ? readTaskFile(content) : undefined;
      return read && "problem" in read ? `The property 'properties.step.encodedTaskContent' is invalid: ${read.problem}.` : undefined;
    },
  },
  {
    ...common,
    code: "task-system-identity",
    azureCode: "InvalidParameters",
    source:
      "Azure docs, container-registry/container-registry-tasks-authentication-managed-identity: [system] is the task's own identity; that a PUT checks it is inferred",
    grade: "I",
    check: ({ body }) => {
      const registries = at(body, "properties.credentials.customRegistries");
      const [server] = Object.entries(isObject(registries) ? registries : {}).find(([, one]) => at(one, "identity") === "[system]") ?? [];
      return server !== undefined && !body.identity?.type?.includes("SystemAssigned")
        ? `The credentials for '${server}' use the identity [system], but the task has no system-assigned identity.`
        : undefined;
    },
  },
];
