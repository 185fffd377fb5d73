/**
 * All configuration errors of stack files and lock files, by code. The error report, the gate and the documentation use this one table, so
 * a code has the same meaning everywhere. A code is never reused for another error.
 */
import { dockerRange } from "../azure/addresses";
import { leastComputeCapability } from "../facts/gpus";
import { withoutSecrets } from "../facts/secretForms";
import { codes } from "../planner/codes";
import { longest, mostShown, shorten, shortWords } from "../planner/reportText";

/** The meaning of a code. */
export interface ErrorKind {
  readonly title: string;
  /** The default fix, for errors that have no more specific one. */
  readonly remedy: string;
}

/** Codes of the errors in the stack file and the lock file. */
export const configurationKinds = {
  MOOR001: { title: "Unknown key", remedy: "Remove the key or correct its spelling." },
  MOOR002: { title: "Missing value", remedy: "Add the value." },
  MOOR003: {
    title: "Wrong type",
    remedy: "Set a value of an allowed type.",
  },
  MOOR004: { title: "Value not allowed", remedy: "Set one of the allowed values." },
  MOOR005: { title: "Number out of range", remedy: "Set a number in the allowed range." },
  MOOR006: { title: "Invalid format", remedy: "Write the value in the allowed format." },
  MOOR007: { title: "Exactly one of several keys is required", remedy: "Keep only one of the keys." },
  MOOR010: { title: "Invalid name", remedy: "Use lowercase letters, digits and single hyphens, and start with a letter." },
  MOOR011: { title: "Name too long", remedy: "Shorten the name, or set the endpoint's `name`." },
  MOOR012: { title: "Duplicate endpoint name", remedy: "Give each endpoint a different name." },
  MOOR015: { title: "Unknown region", remedy: "Set the name of an Azure region, for example swedencentral." },
  MOOR016: { title: "Unknown geography", remedy: "Set one of Azure's geographies, or list `regions`." },
  MOOR017: { title: "Region outside the residency", remedy: "Change the region. Change the residency only if its owner agrees." },
  MOOR018: { title: "Region outside the public cloud", remedy: "Use a region of the public cloud." },
  MOOR020: { title: "Endpoint without deployments", remedy: "Add a deployment, or remove the endpoint." },
  MOOR021: {
    title: "Traffic weights don't sum to 100",
    remedy: "Change the weights so that they sum to 100, or set all of them to 0 to stop all traffic.",
  },
  MOOR022: { title: "Mirrored traffic to more than one deployment", remedy: "Set `mirror` on one deployment only." },
  MOOR023: { title: "Mirrored traffic to a deployment with a weight", remedy: "Set either its `weight` or its `mirror` to 0." },
  MOOR024: { title: "Too many deployments in one endpoint", remedy: "Move some of them to another endpoint." },
  MOOR025: { title: "Minimum scale greater than maximum scale", remedy: "Set `min` to at most `max`." },
  MOOR026: { title: "Different model names in one endpoint", remedy: "Set the same `servedName` on all of these deployments." },
  MOOR027: {
    title: "Too many endpoints or deployments in one region",
    remedy: "Move some of them to a stack in another region or subscription.",
  },
  MOOR028: { title: "Different tasks in one endpoint", remedy: "Move the deployments with another task to an endpoint of their own." },
  MOOR030: { title: "Unknown VM size", remedy: "Set a size that managed online endpoints support." },
  MOOR031: { title: "Retired VM size", remedy: "Choose a size that Azure still offers." },
  MOOR032: { title: "vLLM on a VM size without a GPU", remedy: "Choose a GPU size, or serve the model with a score.py file." },
  MOOR033: {
    title: "GPU not supported by the vLLM image",
    remedy: `Choose a size whose GPU has compute capability ${leastComputeCapability} or higher.`,
  },
  MOOR034: {
    title: "`size: auto` with score.py",
    remedy: "Set a VM size. Moor can't derive how much memory and how many vCPUs your code requires.",
  },
  MOOR035: { title: "vLLM flag that Moor sets", remedy: "Remove the flag." },
  MOOR040: { title: "Invalid address space", remedy: "Set an unused IPv4 range such as 10.40.0.0/22." },
  MOOR041: { title: "Address space used by Docker", remedy: `Choose a range outside ${dockerRange}.` },
  MOOR042: {
    title: "Invalid resource ID",
    remedy: "Copy the resource ID from the portal's JSON view or from `az resource show`.",
  },
  MOOR043: { title: "Unknown quota family", remedy: "Set the family of a size that managed online endpoints support." },
  MOOR044: { title: "Invalid tag name", remedy: "Choose another name." },
  MOOR045: { title: "Too many tags", remedy: "Combine several values in one tag, for example as JSON." },
  MOOR046: { title: "Missing score.py", remedy: "Correct the path, or add score.py to the folder." },
  MOOR050: { title: "Missing lock file", remedy: "Create it with `npm run lock` and commit it." },
  MOOR051: {
    title: "Invalid lock file",
    remedy: "Restore the committed lock file with `git checkout`. Don't edit it by hand.",
  },
  MOOR052: { title: "Outdated lock file", remedy: "Run `npm run lock`, review the changes, and commit the file." },
  MOOR053: {
    title: "Inconsistent lock file",
    remedy: "Restore the committed lock file with `git checkout`. Don't edit it by hand.",
  },
  MOOR054: { title: "Lock file of another stack", remedy: "Create a lock file for this stack with `npm run lock`." },
  MOOR055: {
    title: "`size: auto` without a lock file",
    remedy: "Set a VM size, or use a lock file (`moor:lock: required`).",
  },
  MOOR056: {
    title: "`source: mirror` without a lock file",
    remedy: "Set `source: hub`, or use a lock file (`moor:lock: required`).",
  },
  MOOR057: {
    title: "No model revision and no lock file",
    remedy: "Set `revision` to the commit shown on the model's page.",
  },
  MOOR060: {
    title: "Secret in plain text",
    remedy: "Revoke the token, remove the line, and run `pulumi config set --secret moor:huggingFaceToken` with a new token.",
  },
  MOOR061: {
    title: "Settings too large for Pulumi",
    remedy: "Shorten sample requests and lists, or move endpoints to another stack.",
  },
  MOOR062: {
    title: "Unsupported YAML",
    remedy: "Use only maps, lists, strings, numbers, true and false, without anchors, aliases or tags.",
  },
  MOOR063: {
    title: "Gated model without a token",
    remedy:
      "Accept the license on the model's page on Hugging Face, then run `pulumi config set --secret moor:huggingFaceToken` with a token of that account.",
  },
  MOOR066: {
    title: "Region of an existing stack changed",
    remedy: "Restore the region. To use the other region, create a second stack for it.",
  },
  MOOR067: {
    title: "Missing Dockerfile",
    remedy: "Add a Dockerfile, for example a copy of docker/score/Dockerfile, or correct the path.",
  },
  MOOR069: {
    title: "Model ID in another spelling than on Hugging Face",
    remedy: "Set `vllm.model` to the spelling of Hugging Face. Names in Azure depend on it.",
  },
  MOOR064: {
    title: "Revision of another model",
    remedy: "Set `revision` to a commit of this model, or remove it: `npm run lock` then uses the newest commit.",
  },
  MOOR065: { title: "Setting that has no effect", remedy: "Remove the setting." },
  MOOR070: { title: "Duplicate operator", remedy: "Remove one of them." },
  MOOR071: { title: "Missing folder of an image", remedy: "Correct the path, or create the folder." },
  MOOR072: { title: "Image without a repository", remedy: "Set `repository`, for example moor/fraud." },
  MOOR073: {
    title: "`via: task` without networkRuleBypassAllowedForTasks",
    remedy:
      "Set `moor:platform.networkRuleBypassAllowedForTasks: true` if your organization allows it for this registry. Otherwise, set `via: registry`.",
  },
  MOOR074: {
    title: "Layer too large for a task",
    remedy: "Set `via: registry`, use `build` instead of `layer`, or exclude large files in .dockerignore.",
  },
  MOOR075: {
    title: "Image of another score.py folder",
    remedy: "Set `score.path` to the folder of the image, or set `score.image` of the deployment.",
  },
  MOOR076: {
    title: "Import credentials in plain text",
    remedy:
      "Revoke the credentials, remove the line, and run `pulumi config set --secret moor:importCredentials` with new ones that can only pull.",
  },
  MOOR077: {
    title: "Invalid import credentials",
    remedy: 'Run `pulumi config set --secret moor:importCredentials` with a JSON map, for example {"docker.io": "<username>:<password>"}.',
  },
  MOOR078: { title: "Invalid environment variable MOOR_ENDPOINTS", remedy: "Set MOOR_ENDPOINTS to none, or unset it." },
  MOOR079: {
    title: "Missing requirements.txt",
    remedy:
      "Add requirements.txt, for example a copy of docker/score/requirements.txt, or add a Dockerfile, for example a copy of docker/score/Dockerfile.",
  },
  MOOR080: {
    title: "Alerts without a receiver",
    remedy: "Add `emails` or `actionGroups`, set `moor:alertWebhook`, or remove `alerts`.",
  },
  MOOR081: {
    title: "Webhook URL in plain text",
    remedy: "Rotate the webhook's token, remove the line, and run `pulumi config set --secret moor:alertWebhook` with the new URL.",
  },
  MOOR082: {
    title: "Webhook without an HTTPS URL",
    remedy: "Run `pulumi config set --secret moor:alertWebhook` with an HTTPS URL.",
  },
  MOOR083: { title: "Webhook without alerts", remedy: "Add `moor:platform.alerts`, or remove the webhook." },
  MOOR084: {
    title: "Setting of a resource that the stack doesn't create",
    remedy: "Remove the setting. The owner of the resource configures it.",
  },
  MOOR085: {
    title: "Invalid policy tag",
    remedy: "Remove the name from `policyTags` or from `tags`. Instead of a pattern, list complete tag names.",
  },
  MOOR086: {
    title: "Missing registered model",
    remedy: "Set `registeredModel` to a model version that exists, or set `source: mirror`.",
  },
  MOOR087: {
    title: "Registered model that doesn't match the source",
    remedy: "Set `source: workspace` for a model of the workspace, or `source: catalogue` for a model of a registry.",
  },
  MOOR088: {
    title: "Version of a registered model that is not a positive integer",
    remedy: "Set the number of the version. A label such as `latest` can refer to another version later.",
  },
  MOOR089: {
    title: "Registry without weights in Azure",
    remedy: "Choose the model in another registry, or stage its weights with `source: mirror`.",
  },
  MOOR090: {
    title: "`trust-remote-code` without `remoteCode: allow`",
    remedy: "Review the Python files of the model at this revision or version. Then set `remoteCode: allow`, or remove the flag.",
  },
  MOOR091: { title: "Duplicate acceptance", remedy: "Keep one of the entries." },
  MOOR092: { title: "Unknown country", remedy: "Set the code of a country with an Azure region, or list `regions`." },
  MOOR095: {
    title: "Expiry date without a token",
    remedy: "Set the token with `pulumi config set --secret moor:huggingFaceToken`, or remove the date.",
  },
  MOOR093: {
    title: "LoRA adapter that can't be served",
    remedy: "Choose an adapter that PEFT saved as LoRA, with its weights as safetensors.",
  },
  MOOR094: {
    title: "LoRA adapter of another model",
    remedy: "Set `vllm.model` to the model that the adapter was trained for, or choose an adapter of the served model.",
  },
  MOOR096: {
    title: "LoRA adapters with another source or task",
    remedy: "Use `source: mirror` and `task: chat`, or remove `adapters`.",
  },
  MOOR097: { title: "Name of a LoRA adapter that is in use", remedy: "Choose another name for the adapter." },
  MOOR098: {
    title: "Flag of LoRA adapters",
    remedy: "Remove the flag, and list the adapters in `vllm.adapters`. Moor derives the flags, and the memory that the adapters need.",
  },
  MOOR099: {
    title: "Zone-redundant storage in a region without availability zones",
    remedy: "Set `storageRedundancy: LRS`, or choose a region with availability zones.",
  },
} as const satisfies Record<string, ErrorKind>;

/** All codes: MOOR0xx for the stack file and the lock file, the other codes for errors that the planner finds. */
export const errorKinds = { ...configurationKinds, ...codes } as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** One configuration error. */
export interface ConfigError {
  readonly code: ErrorCode;
  /** Where the error is, for example `moor:endpoints.chat.deployments.main.weight`. */
  readonly path: string;
  /** What is wrong, with the value. One sentence. */
  readonly problem: string;
  /** Completes "Allowed: ". */
  readonly allowed: string;
  /** How to fix it. One sentence. */
  readonly fix: string;
}

/** Creates an error. The fix defaults to the remedy of the code. Secrets that the file contains in plain text are removed from the text. */
export function configError(code: ErrorCode, path: string, text: { problem: string; allowed: string; fix?: string }): ConfigError {
  const fix = text.fix ?? errorKinds[code].remedy;
  return { code, path: withoutSecrets(path), problem: withoutSecrets(text.problem), allowed: text.allowed, fix: withoutSecrets(fix) };
}

/** The error report of a stack: the first 50 errors, with very long values shortened. */
export function reportErrors(stack: string, errors: readonly ConfigError[]): string {
  const count = errors.length === 1 ? "1 configuration error" : `${errors.length} configuration errors`;
  const blocks = errors.slice(0, mostShown).map(({ code, path, problem, allowed, fix }) => {
    const lines = [problem, `Allowed: ${allowed}`, `Fix: ${fix}`].map((text) => `\n  ${shortWords(text)}`);
    return `${code} ${shorten(path, longest.path)}${lines.join("")}`;
  });
  const hidden = errors.length - mostShown;
  const more = hidden > 0 ? [`${hidden} more ${hidden === 1 ? "error is" : "errors are"} not shown. Fix the errors above first.`] : [];
  return [`Stack "${stack}" has ${count}. Nothing was created or changed.`, ...blocks, ...more].join("\n\n");
}

/**
 * A value for a report: short, on one line, and without secrets.
 * @param length Maximum length, in characters.
 */
export function show(value: unknown, length = 80): string {
  const text = withoutSecrets(JSON.stringify(value) ?? "not set");
  return typeof value === "string" && text.length > length ? `${shorten(text, length - 1)}"` : shorten(text, length);
}
