/** Settings that have no effect beside other settings. They are refused: a setting that is accepted and ignored misleads its author. */
import type { Pattern } from "../../planner/pattern";
import { sumOfWeights } from "../../planner/traffic";
import { type Mistake, mistake } from "../mistakes";
import { patternsIn } from "../patternOf";
import type { DeploymentDraft, EndpointDraft, SettingsDraft } from "./draft";

/** Why a setting has no effect, and what to do. Each completes a sentence. */
interface Ignored {
  readonly path: string;
  /** The setting's name in the message. */
  readonly setting: string;
  /** Completes "`setting` has no effect ". */
  readonly because: string;
  readonly allowed: string;
  readonly fix: string;
}

export function ignoredMistakes(draft: SettingsDraft): Mistake[] {
  return endpoints(draft).map(({ path, setting, because, allowed, fix }) =>
    mistake("MOOR065", path, { problem: `\`${setting}\` has no effect ${because}.`, allowed, fix }),
  );
}

/** What a reader of the preview should know: settings without an effect that may be meant for another time. */
export function ignoredNotes(draft: SettingsDraft, stack: string, has: { readonly token: boolean; readonly lock: boolean }): string[] {
  const deployments = Object.values(draft["moor:endpoints"] ?? {}).flatMap((endpoint) => Object.values(endpoint?.deployments ?? {}));
  const fromHub = deployments.some((deployment) => deployment?.vllm?.source === "hub");
  return [
    ...(has.token && !fromHub ? ["`moor:huggingFaceToken` is not written to Azure, because no deployment has `source: hub`."] : []),
    ...(has.lock && draft["moor:lock"] === "none" ? [`moor.lock.${stack}.yaml is not read (moor:lock: none).`] : []),
    ...Object.entries(draft["moor:endpoints"] ?? {}).flatMap(([key, endpoint]) => unsentChecks(key, endpoint ?? {})),
  ];
}

/** A gate may be another one for a while, so the checks of its deployments may stay. */
function unsentChecks(key: string, { gate = "runner", deployments = {} }: EndpointDraft): string[] {
  if (gate === "runner") return [];
  const labels = Object.entries(deployments).flatMap(([label, deployment]) => (deployment?.check === undefined ? [] : [label]));
  return labels.map((label) => `\`check\` of ${key}/${label} is not used, because \`gate: ${gate}\` sends no request.`);
}

function endpoints({ "moor:endpoints": all = {}, "moor:lock": lock }: SettingsDraft): Ignored[] {
  return Object.entries(all).flatMap(([key, endpoint]) => {
    const path = `moor:endpoints.${key}`;
    const deployments = Object.entries(endpoint?.deployments ?? {});
    return [
      ...invokers(path, endpoint ?? {}),
      ...deployments.flatMap(([label, deployment = {}]) => {
        const at = `${path}.deployments.${label}`;
        return [...check(at, deployment), ...mirror(at, endpoint ?? {}, deployment), ...keepPrevious(at, lock, deployment)];
      }),
    ];
  });
}

function invokers(path: string, { auth, invokers: given = [] }: EndpointDraft): Ignored[] {
  if (auth !== "key" || given.length === 0) return [];
  const because = "with `auth: key`: every client that has a key may score";
  const fix = "Set `auth: entra`, or remove `invokers`.";
  return [{ path: `${path}.invokers`, setting: "invokers", because, allowed: "no invokers with `auth: key`", fix }];
}

type CheckDraft = NonNullable<DeploymentDraft["check"]>;
type CheckKey = "request" | "answer" | "latency";

/** A value of `check` that the gate doesn't use for a pattern. */
interface UnusedCheck {
  readonly key: CheckKey;
  readonly because: string;
  readonly allowed: string;
  readonly fix: string;
}

function check(at: string, deployment: DeploymentDraft): Ignored[] {
  const { check: given } = deployment;
  if (given === undefined) return [];
  const whole = { path: `${at}.check`, setting: "check" };
  if ([given.request, given.answer, given.latency].every((value) => value === undefined)) {
    const fix = "Remove `check`, or add `request` (score.py) or `latency`.";
    return [{ ...whole, because: "without a value", allowed: "request, answer, latency", fix }];
  }
  const unused = patternsIn(deployment).flatMap((pattern) => unusedChecks[pattern](given));
  return unused.map(({ key, ...rest }) => ({ path: `${at}.check.${key}`, setting: `check.${key}`, ...rest }));
}

/** The gate sends a chat request of its own to vLLM, and the request of the stack file to a score.py. */
const unusedChecks: Readonly<Record<Pattern, (given: CheckDraft) => UnusedCheck[]>> = {
  vllm: ({ request, answer }) => {
    const unused = (key: CheckKey, does: string): UnusedCheck => ({
      ...{ key, because: `with \`vllm\`: the gate ${does}`, allowed: "`latency` with `vllm`", fix: `Remove \`check.${key}\`.` },
    });
    return [
      ...(request === undefined ? [] : [unused("request", "sends a chat request of its own")]),
      ...(answer === undefined ? [] : [unused("answer", "checks the answer of the chat request")]),
    ];
  },
  score: ({ request, ...rest }) => {
    if (request !== undefined) return [];
    const because = "without `check.request`: the gate sends no request to a score.py then";
    const allowed = "`request`, and with it `answer` and `latency`";
    const keys = (["answer", "latency"] as const).filter((key) => rest[key] !== undefined);
    return keys.map((key) => ({ key, because, allowed, fix: "Add `check.request`." }));
  },
};

function mirror(at: string, { deployments = {} }: EndpointDraft, { mirror: percent = 0 }: DeploymentDraft): Ignored[] {
  const weights = Object.entries(deployments).flatMap(([label, deployment]) =>
    deployment?.weight === undefined ? [] : [{ label, weight: deployment.weight }],
  );
  const isKnown = weights.length === Object.keys(deployments).length;
  if (percent === 0 || !isKnown || sumOfWeights(weights) > 0) return [];
  const because = "while all weights of the endpoint are 0: there are no requests to copy";
  const fix = "Give another deployment of the endpoint a weight, or remove `mirror`.";
  return [{ path: `${at}.mirror`, setting: "mirror", because, allowed: "0, or a deployment that serves beside it", fix }];
}

function keepPrevious(at: string, lock: SettingsDraft["moor:lock"], { keepPrevious: kept, update }: DeploymentDraft): Ignored[] {
  if (!kept) return [];
  const ignored = (because: string, fix: string): Ignored[] => [
    { path: `${at}.keepPrevious`, setting: "keepPrevious", because, allowed: "false", fix },
  ];
  return [
    ...(lock === "none"
      ? ignored("with `moor:lock: none`: only a lock knows the previous decision", "Remove `moor:lock: none`, or remove `keepPrevious`.")
      : []),
    ...(update === "inPlace"
      ? ignored("with `update: inPlace`: the previous deployment is the one that changes", "Remove `update`, or remove `keepPrevious`.")
      : []),
  ];
}
