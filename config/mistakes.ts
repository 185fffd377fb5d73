/**
 * Every mistake that a stack file or a lock can have, by code. One table serves the report, preflight, the policy pack, the gate and the
 * documentation, so a code means the same everywhere and is never used again for something else.
 */
import { dockerRange } from "../azure/addresses";
import { leastComputeCapability } from "../facts/gpus";
import { codes } from "../planner/codes";
import { withoutSecrets } from "./secretForms";

/** What a code stands for. */
export interface MistakeKind {
  readonly title: string;
  /** What to do, where the mistake itself says nothing more exact. */
  readonly remedy: string;
}

const configurationKinds = {
  MOOR001: { title: "Unknown key", remedy: "Remove the key or correct its spelling." },
  MOOR002: { title: "Missing value", remedy: "Add the value." },
  MOOR003: {
    title: "Value of the wrong type",
    remedy: "Write a value of the type that is allowed.",
  },
  MOOR004: { title: "Value that is not one of the allowed ones", remedy: "Write one of the allowed values." },
  MOOR005: { title: "Number out of bounds", remedy: "Write a number within the bounds." },
  MOOR006: { title: "Malformed text", remedy: "Write the value in the form that is allowed." },
  MOOR007: { title: "Exactly one of several keys is needed", remedy: "Keep one of the keys." },
  MOOR010: { title: "Unusable name", remedy: "Choose a name of lower-case letters, digits and single hyphens that starts with a letter." },
  MOOR011: { title: "Name too long", remedy: "Shorten it, or set the endpoint's `name`." },
  MOOR012: { title: "Two endpoints of one name", remedy: "Give each endpoint a name of its own." },
  MOOR015: { title: "Unknown region", remedy: "Write a region as Azure names it, for instance swedencentral." },
  MOOR016: { title: "Unknown geography", remedy: "Write one of Azure's geographies, or list `regions`." },
  MOOR017: { title: "Region outside the residency", remedy: "Change the region, or the residency if its owner agrees." },
  MOOR018: { title: "Region outside the public cloud", remedy: "Use a region of the public cloud." },
  MOOR020: { title: "Endpoint without deployments", remedy: "Add a deployment, or remove the endpoint." },
  MOOR021: {
    title: "Weights that don't sum to 100",
    remedy: "Change the weights so that they sum to 100, or to 0 if nobody is to be served.",
  },
  MOOR022: { title: "Mirror to more than one deployment", remedy: "Leave `mirror` on one deployment." },
  MOOR023: { title: "Mirror to a deployment that serves", remedy: "Set either its `weight` or its `mirror` to 0." },
  MOOR024: { title: "Too many deployments of one endpoint", remedy: "Move some to a second endpoint." },
  MOOR025: { title: "Scale whose minimum is above its maximum", remedy: "Exchange `min` and `max`." },
  MOOR026: { title: "Deployments that share requests, but not a name for the model", remedy: "Give all of them one `servedName`." },
  MOOR027: {
    title: "More endpoints or deployments than Azure allows in a region",
    remedy: "Move some to a stack in another region or subscription.",
  },
  MOOR030: { title: "Unknown VM size", remedy: "Write a size that managed online endpoints accept." },
  MOOR031: { title: "Retired VM size", remedy: "Choose a size that Azure still runs." },
  MOOR032: { title: "VM size without a GPU for vLLM", remedy: "Choose a GPU size, or serve the model through a score.py." },
  MOOR033: {
    title: "GPU that vLLM's image has no code for",
    remedy: `Choose a size whose GPU has compute capability ${leastComputeCapability} or more.`,
  },
  MOOR034: { title: "Size to be decided for a score.py", remedy: "Name a VM size: memory and cores of your own code can't be derived." },
  MOOR035: { title: "vLLM flag that Moor owns", remedy: "Remove the flag." },
  MOOR040: { title: "Address space that can't be used", remedy: "Write a free IPv4 range such as 10.40.0.0/22." },
  MOOR041: { title: "Address space that Docker uses", remedy: `Choose a range outside ${dockerRange}.` },
  MOOR042: {
    title: "Not the ARM id of such a resource",
    remedy: "Copy the resource's id from the portal's JSON view or from `az resource show`.",
  },
  MOOR043: { title: "Unknown quota family", remedy: "Write a family of the sizes that managed online endpoints accept." },
  MOOR044: { title: "Tag name that can't be used", remedy: "Choose another name." },
  MOOR045: { title: "Too many tags", remedy: "Put several values into one tag, for instance as JSON." },
  MOOR046: { title: "No score.py", remedy: "Correct the path, or add the folder." },
  MOOR050: { title: "No lock", remedy: "Make one and commit it." },
  MOOR051: {
    title: "Lock that can't be read",
    remedy: "Take the committed lock back with `git checkout`; it isn't meant to be edited by hand.",
  },
  MOOR052: { title: "Stale lock", remedy: "Make the lock again, review what it changes, and commit it." },
  MOOR053: {
    title: "Lock that contradicts itself",
    remedy: "Take the committed lock back with `git checkout`; it isn't meant to be edited by hand.",
  },
  MOOR054: { title: "Lock of another stack", remedy: "Make a lock for this one." },
  MOOR055: {
    title: "Size to be decided, but no lock to keep the decision",
    remedy: "Name a VM size, or work with a lock (`moor:lock: required`).",
  },
  MOOR056: {
    title: "Mirror source, but no lock to note what is staged",
    remedy: "Set `source: hub`, or work with a lock (`moor:lock: required`).",
  },
  MOOR057: {
    title: "No commit of the model, and no lock that would find it",
    remedy: "Set `revision` to the commit shown on the model's page.",
  },
  MOOR060: {
    title: "Secret in plain text",
    remedy: "Revoke the token, remove the line, and run `pulumi config set --secret moor:huggingFaceToken` with a new one.",
  },
  MOOR061: {
    title: "Settings too large for Pulumi",
    remedy: "Shorten sample requests and lists, or move endpoints to a second stack.",
  },
  MOOR062: {
    title: "Values that aren't plain YAML",
    remedy: "Write maps, lists, text, numbers, true and false, without anchors and tags.",
  },
  MOOR063: {
    title: "Gated model without a token",
    remedy:
      "Accept the licence on the model's page on Hugging Face and run `pulumi config set --secret moor:huggingFaceToken` with a token of that account.",
  },
  MOOR066: { title: "Region of a stack that exists elsewhere", remedy: "Set the region back, and make a second stack for the other one." },
  MOOR067: { title: "No Dockerfile beside a score.py", remedy: "Add a Dockerfile, for instance a copy of docker/score/Dockerfile." },
  MOOR064: {
    title: "Commit of another model",
    remedy: "Set `revision` to a commit of the new model, or remove it: `npm run lock` finds the newest one.",
  },
  MOOR065: { title: "Setting without an effect", remedy: "Remove the setting." },
  MOOR080: {
    title: "Alerts without a receiver",
    remedy: "Add `emails` or `actionGroups`, or set `moor:alertWebhook`; or remove `alerts`.",
  },
  MOOR081: {
    title: "Webhook in plain text",
    remedy: "Replace the webhook's token, remove the line, and run `pulumi config set --secret moor:alertWebhook` with the new address.",
  },
  MOOR082: {
    title: "Webhook that is not an HTTPS address",
    remedy: "Run `pulumi config set --secret moor:alertWebhook` with an HTTPS address.",
  },
  MOOR083: { title: "Webhook without alerts", remedy: "Add `moor:platform.alerts`, or remove the webhook." },
  MOOR084: {
    title: "Setting of a resource that the stack doesn't create",
    remedy: "Remove the setting: the owner of the resource decides.",
  },
  MOOR085: { title: "Tag that can't be left to a policy", remedy: "Remove the name from `policyTags`, or from `tags`." },
  MOOR095: {
    title: "Expiry date without a token",
    remedy: "Set the token with `pulumi config set --secret moor:huggingFaceToken`, or remove the date.",
  },
} as const satisfies Record<string, MistakeKind>;

/** All codes: MOOR0xx the stack file and the lock, the others what the planner refuses. */
export const mistakeKinds = { ...configurationKinds, ...codes } as const satisfies Record<string, MistakeKind>;

export type MistakeCode = keyof typeof mistakeKinds;

/** One mistake, at one place. */
export interface Mistake {
  readonly code: MistakeCode;
  /** For instance `moor:endpoints.chat.deployments.main.weight`. */
  readonly path: string;
  /** What is wrong, with the value. One sentence. */
  readonly problem: string;
  /** Completes "Allowed: ". */
  readonly allowed: string;
  /** What to do. One sentence. */
  readonly fix: string;
}

/** A mistake whose fix is its kind's remedy, unless a better one is known. Secrets that the file has in plain text are not repeated. */
export function mistake(code: MistakeCode, path: string, text: { problem: string; allowed: string; fix?: string }): Mistake {
  const fix = text.fix ?? mistakeKinds[code].remedy;
  return { code, path: withoutSecrets(path), problem: withoutSecrets(text.problem), allowed: text.allowed, fix: withoutSecrets(fix) };
}

/** Mistakes that a report shows. */
const mostShown = 50;
/** Characters of a path, and of a word in a sentence, that a report shows. Each is longer than any that a correct file has. */
const longest = { path: 400, word: 200 };

/** The mistakes of a stack in one text, for a person: the first fifty, shortened where the file has values of absurd length. */
export function reportMistakes(stack: string, mistakes: readonly Mistake[]): string {
  const count = mistakes.length === 1 ? "one mistake" : `${mistakes.length} mistakes`;
  const blocks = mistakes.slice(0, mostShown).map(({ code, path, problem, allowed, fix }) => {
    const lines = [problem, `Allowed: ${allowed}`, `Fix: ${fix}`].map((text) => `\n  ${shortWords(text)}`);
    return `${code} ${shorten(path, longest.path)}${lines.join("")}`;
  });
  const hidden = mistakes.length - mostShown;
  const more = hidden > 0 ? [`${hidden} more ${hidden === 1 ? "mistake is" : "mistakes are"} not shown. Correct these first.`] : [];
  return [`Stack "${stack}" has ${count}. Nothing was created or changed.`, ...blocks, ...more].join("\n\n");
}

function shortWords(text: string): string {
  return text.replace(new RegExp(`\\S{${longest.word},}`, "g"), (word) => shorten(word, longest.word));
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}

/** A value as a report may show it: short, on one line, and without anything that looks like a token. */
export function show(value: unknown): string {
  return shorten(withoutSecrets(JSON.stringify(value) ?? "nothing"), 80);
}
