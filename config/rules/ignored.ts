/**
 * Rules for settings that have no effect in combination with other settings. They are errors, because ignoring them would mislead the user.
 */
import type { Pattern } from "../../planner/pattern";
import { defaultGate, sendsRequests } from "../../planner/rollout/gateMode";
import { sumOfWeights } from "../../planner/traffic";
import { hasCommit } from "../../planner/weights";
import { type ConfigError, configError } from "../errors";
import { patternsIn } from "../patternOf";
import type { DeploymentDraft, EndpointDraft, SettingsDraft } from "./draft";
import { hasScripts } from "./scripts";

/** A setting without an effect. */
interface Ignored {
  readonly path: string;
  /** Name of the setting in the message. */
  readonly setting: string;
  /** Completes "`setting` has no effect ". */
  readonly because: string;
  readonly allowed: string;
  readonly fix: string;
}

export function ignoredErrors(draft: SettingsDraft): ConfigError[] {
  return endpoints(draft).map(({ path, setting, because, allowed, fix }) =>
    configError("MOOR065", path, { problem: `\`${setting}\` has no effect ${because}.`, allowed, fix }),
  );
}

/** What a stack contains in addition to the checked settings. */
export interface Given {
  readonly token: boolean;
  readonly lock: boolean;
}

/** Notes for the preview: settings that have no effect at the moment but can be intended for later. */
export function ignoredNotes(draft: SettingsDraft, stack: string, has: Given): string[] {
  const deployments = Object.values(draft["moor:endpoints"] ?? {}).flatMap((endpoint) => Object.values(endpoint?.deployments ?? {}));
  const [fromHub, isMirrored] = (["hub", "mirror"] as const).map((source) =>
    deployments.some((deployment) => deployment?.vllm?.source === source),
  );
  return [
    // Deployment scripts that copy weights read the token too.
    ...(has.token && !fromHub && !hasScripts(draft["moor:platform"])
      ? ["`moor:huggingFaceToken` is ignored, because no deployment has `source: hub`."]
      : []),
    ...(draft["moor:licenses"] !== undefined && !isMirrored
      ? ["`moor:licenses` is ignored, because no deployment has `source: mirror`."]
      : []),
    ...(has.lock && draft["moor:lock"] === "none" ? [`moor.lock.${stack}.yaml is ignored (moor:lock: none).`] : []),
    ...Object.entries(draft["moor:endpoints"] ?? {}).flatMap(([key, endpoint]) => unsentChecks(key, endpoint ?? {})),
  ];
}

/** A user can change the gate temporarily, so `check` is not an error with another gate. */
function unsentChecks(key: string, { gate = defaultGate, deployments = {} }: EndpointDraft): string[] {
  if (sendsRequests[gate]) return [];
  const labels = Object.entries(deployments).flatMap(([label, deployment]) => (deployment?.check === undefined ? [] : [label]));
  return labels.map((label) => `\`check\` of ${key}/${label} is ignored, because \`gate: ${gate}\` sends no requests.`);
}

function endpoints({ "moor:endpoints": all = {}, "moor:lock": lock }: SettingsDraft): Ignored[] {
  return Object.entries(all).flatMap(([key, endpoint]) => {
    const path = `moor:endpoints.${key}`;
    const deployments = Object.entries(endpoint?.deployments ?? {});
    return [
      ...invokers(path, endpoint ?? {}),
      ...deployments.flatMap(([label, deployment = {}]) => {
        const at = `${path}.deployments.${label}`;
        return [
          ...check(at, deployment),
          ...mirror(at, endpoint ?? {}, deployment),
          ...keepPrevious(at, lock, deployment),
          ...weights(at, deployment),
        ];
      }),
    ];
  });
}

function invokers(path: string, { auth, invokers: given = [] }: EndpointDraft): Ignored[] {
  if (auth !== "key" || given.length === 0) return [];
  const because = "with `auth: key`: every client with a key can send requests";
  const fix = "Set `auth: entra`, or remove `invokers`.";
  return [{ path: `${path}.invokers`, setting: "invokers", because, allowed: "no invokers with `auth: key`", fix }];
}

type CheckDraft = NonNullable<DeploymentDraft["check"]>;
type CheckKey = "request" | "answer" | "latency";

/** A value of `check` that the gate ignores for a pattern. */
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
    const fix = "Remove `check`, or add `request` (score.py only) or `latency`.";
    return [{ ...whole, because: "without a value", allowed: "request, answer, latency", fix }];
  }
  const unused = patternsIn(deployment).flatMap((pattern) => unusedChecks[pattern](given));
  return unused.map(({ key, ...rest }) => ({ path: `${at}.check.${key}`, setting: `check.${key}`, ...rest }));
}

/** The gate sends built-in requests of the task to vLLM and the request from the stack file to score.py. */
const unusedChecks: Readonly<Record<Pattern, (given: CheckDraft) => UnusedCheck[]>> = {
  vllm: ({ request, answer }) => {
    const unused = (key: CheckKey, does: string): UnusedCheck => ({
      ...{ key, because: `with \`vllm\`: the gate ${does}`, allowed: "`latency` with `vllm`", fix: `Remove \`check.${key}\`.` },
    });
    return [
      ...(request === undefined ? [] : [unused("request", "sends built-in requests")]),
      ...(answer === undefined ? [] : [unused("answer", "checks the answers to its built-in requests")]),
    ];
  },
  score: ({ request, ...rest }) => {
    if (request !== undefined) return [];
    const because = "without `check.request`: the gate then sends no request to score.py";
    const allowed = "`answer` and `latency` together with `request`";
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
  const because = "while all weights of the endpoint are 0: there is no traffic to mirror";
  const fix = "Set the weight of another deployment of the endpoint, or remove `mirror`.";
  return [{ path: `${at}.mirror`, setting: "mirror", because, allowed: "0, or another deployment with a weight", fix }];
}

function keepPrevious(at: string, lock: SettingsDraft["moor:lock"], { keepPrevious: keep, update }: DeploymentDraft): Ignored[] {
  if (!keep) return [];
  const ignored = (because: string, fix: string): Ignored[] => [
    { path: `${at}.keepPrevious`, setting: "keepPrevious", because, allowed: "false", fix },
  ];
  return [
    ...(lock === "none"
      ? ignored(
          "with `moor:lock: none`: the previous decision is recorded only in a lock file",
          "Remove `moor:lock: none`, or remove `keepPrevious`.",
        )
      : []),
    ...(update === "inPlace"
      ? ignored("with `update: inPlace`: the update changes the previous deployment itself", "Remove `update`, or remove `keepPrevious`.")
      : []),
  ];
}

/** Values that only some sources of the weights use. */
function weights(at: string, { vllm }: DeploymentDraft): Ignored[] {
  if (vllm?.source === undefined) return [];
  const { source, revision, remoteCode } = vllm;
  return [
    ...(revision !== undefined && !hasCommit[source]
      ? [
          {
            path: `${at}.vllm.revision`,
            setting: "revision",
            because: `with \`source: ${source}\`: the version of the registered model identifies the weights`,
            allowed: "`revision` with `source: mirror` or `source: hub`",
            fix: "Remove `revision`.",
          },
        ]
      : []),
    ...(remoteCode === "omit" && source !== "mirror"
      ? [
          {
            path: `${at}.vllm.remoteCode`,
            setting: "remoteCode: omit",
            because: `with \`source: ${source}\`: \`npm run mirror\` doesn't stage these weights`,
            allowed: "refuse or allow",
            fix: "Remove `remoteCode`.",
          },
        ]
      : []),
  ];
}
