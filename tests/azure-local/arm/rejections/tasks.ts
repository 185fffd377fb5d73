import { paths } from "../platform";
import { but, differ, type RejectedRequest } from "./rejectedRequest";

export const TASK = `${paths.registry}/tasks/publish-vllm`;

export const encoded = (text: string) => Buffer.from(text).toString("base64");

export const taskFile = `version: v1.1.0
stepTimeout: 3600
steps:
  - cmd: az python /work/publish.py
volumes:
  - name: work
    secret:
      publish.py: cHJpbnQoMSk=
`;

/** A task that publishes an image with its system-assigned identity. */
export const taskBody = {
  location: "swedencentral",
  identity: { type: "SystemAssigned" },
  properties: {
    platform: { os: "Linux", architecture: "amd64" },
    step: { type: "EncodedTask", encodedTaskContent: encoded(taskFile), contextPath: "/dev/null" },
    credentials: { customRegistries: { "registry01.azurecr.io": { identity: "[system]" } } },
    timeout: 7200,
  },
};

const body = () => taskBody;
const CONTENT = "properties/step/encodedTaskContent";

export const taskRejections: readonly RejectedRequest[] = [
  {
    rule: "task-platform-and-step",
    answer: "400 InvalidParameters",
    ...differ(TASK, body, "properties/platform", undefined, { os: "Linux" }),
  },
  {
    rule: "task-platform-and-step",
    case: "no step, except of a task of the system",
    answer: "400 InvalidParameters",
    rejected: () => ["PUT", TASK, but(taskBody, "properties/step", undefined)],
    accepted: () => ["PUT", TASK, but(but(taskBody, "properties/step", undefined), "properties/isSystemTask", true)],
  },
  {
    rule: "task-content",
    case: "not base64",
    answer: "400 InvalidParameters",
    ...differ(TASK, body, CONTENT, taskFile, encoded(taskFile)),
  },
  {
    rule: "task-content",
    case: "not YAML",
    answer: "400 InvalidParameters",
    ...differ(TASK, body, CONTENT, encoded("steps: [a: {"), encoded(taskFile)),
  },
  {
    rule: "task-content",
    case: "without steps",
    answer: "400 InvalidParameters",
    ...differ(TASK, body, CONTENT, encoded("version: v1.1.0\nsteps: []"), encoded(taskFile)),
  },
  {
    rule: "task-system-identity",
    answer: "400 InvalidParameters",
    ...differ(TASK, body, "identity", undefined, { type: "SystemAssigned" }),
  },
];
