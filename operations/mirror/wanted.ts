/** The weights of a lock file that are to be staged. */
import type { Lock } from "../../config/lockFile";
import { adapterPath } from "../../config/requirements";
import { mirroredOf } from "../../config/stagedWeights";
import type { AdapterDecision, MirroredWeights } from "../../planner/decision";
import type { WeightFile } from "../../planner/weights";
import { WeightsError } from "./error";
import { type RemoteCode, remoteCodes } from "./selection";

/** A LoRA adapter that is staged in the folder of its base model. */
export interface WantedAdapter extends AdapterDecision {
  /** Without an ID: its folder, relative to the stack file. */
  readonly path?: string;
}

/** The weights of one commit of a model. Several deployments can use them. */
export interface WantedWeights {
  /** Hugging Face ID. */
  readonly id: string;
  /** Commit, 40 hexadecimal digits. */
  readonly revision: string;
  /** Folder in the blob container. */
  readonly path: string;
  readonly adapters: readonly WantedAdapter[];
  /** `<endpoint>/<label>` of the deployments. */
  readonly deployments: readonly string[];
  readonly remoteCode: RemoteCode;
  /** Whether they are staged for all of these deployments. */
  readonly isStaged: boolean;
  /** Whether they are staged, with a recorded list, for all of these deployments. */
  readonly isListed: boolean;
  /** The recorded list of their files, if a deployment has one. */
  readonly listed: readonly WeightFile[] | undefined;
  /** A deployment whose recorded list is another one. @default - there is none */
  readonly otherList?: string;
  /** Other folders of the lock file with the same commit, which are staged with a list: for example with other adapters. @default - none */
  readonly others?: readonly StagedFolder[];
}

/** A folder with staged files. */
export interface StagedFolder {
  readonly path: string;
  readonly files: readonly WeightFile[];
}

/**
 * The weights of all current decisions with `source: mirror`, each folder once.
 * @param endpoint Key of the only endpoint to stage. @default - all endpoints
 * @throws Error for an unknown endpoint, or if there is nothing to stage; WeightsError if deployments treat Python files differently
 */
export function wantedWeights(lock: Lock, endpoint?: string): WantedWeights[] {
  const keys = Object.keys(lock.endpoints);
  if (endpoint !== undefined && !keys.includes(endpoint)) {
    throw new Error(
      `--endpoint is "${endpoint}". Allowed: an endpoint of the stack ${lock.stack}: ${keys.length === 0 ? "it has none" : keys.join(", ")}.`,
    );
  }
  const found = usesOf(lock);
  const chosen = new Set(found.filter(({ key }) => endpoint === undefined || key === endpoint).map(({ model }) => model.path));
  if (chosen.size === 0) {
    const where = endpoint === undefined ? `The stack ${lock.stack}` : `The endpoint ${endpoint}`;
    throw new Error(nothingToStage(where));
  }
  // Deployments of other endpoints that use the same folder are included, because they get the same list.
  return [...chosen].map((path) =>
    weightsOf(
      lock,
      path,
      found.filter(({ model }) => model.path === path),
    ),
  );
}

/** The error if there is nothing to stage. @param where The stack or the endpoint, as the subject of a sentence. */
export function nothingToStage(where: string): string {
  return `${where} has no deployment with \`source: mirror\`, so there are no weights to stage.`;
}

type Use = ReturnType<typeof usesOf>[number];

function usesOf({ endpoints }: Lock) {
  return Object.entries(endpoints).flatMap(([key, labels]) =>
    Object.entries(labels).flatMap(([label, { wish, current }]) => {
      const model = mirroredOf(current);
      if (model === undefined) return [];
      const adapters = (model.adapters ?? []).map((adapter): WantedAdapter => ({ ...adapter, path: adapterPath(wish, adapter) }));
      return [{ key, deployment: `${key}/${label}`, model, adapters, remoteCode: remoteCodeOf(wish["vllm.remoteCode"]) }];
    }),
  );
}

/** The value of the lock file, which can be edited by hand. */
function remoteCodeOf(value: unknown): RemoteCode {
  return remoteCodes.find((known) => known === value) ?? "refuse";
}

function othersOf({ endpoints, manifests = {} }: Lock, { id, revision, path }: MirroredWeights): StagedFolder[] {
  const entries = Object.values(endpoints).flatMap((labels) => Object.values(labels));
  const models = entries.flatMap(({ current, previous }) => [mirroredOf(current), previous && mirroredOf(previous)]);
  const folders = new Map<string, readonly WeightFile[]>();
  for (const model of models) {
    const files = model?.manifest && manifests[model.manifest];
    if (model?.staged && files && model.id === id && model.revision === revision && model.path !== path) folders.set(model.path, files);
  }
  return [...folders].map(([folder, files]) => ({ path: folder, files }));
}

function weightsOf(lock: Lock, path: string, uses: readonly Use[]): WantedWeights {
  const deployments = uses.map(({ deployment }) => deployment);
  const [first, ...others] = uses as [Use, ...Use[]];
  const different = others.find(({ remoteCode }) => remoteCode !== first.remoteCode);
  if (different !== undefined) {
    throw new WeightsError(
      "conflict",
      `${first.deployment} and ${different.deployment} use the same commit of ${first.model.id}, but \`vllm.remoteCode\` is ${first.remoteCode} for one and ${different.remoteCode} for the other. ` +
        "Their files are staged once, so both need the same value. Change it, and run `npm run lock`.",
    );
  }
  const manifest = uses.find(({ model }) => model.manifest !== undefined)?.model.manifest;
  const otherList = uses.find(({ model }) => ![undefined, manifest].includes(model.manifest))?.deployment;
  const { id, revision } = first.model;
  return {
    ...(otherList === undefined ? {} : { otherList }),
    ...{ id, revision, path, adapters: first.adapters, deployments, remoteCode: first.remoteCode },
    others: othersOf(lock, first.model),
    isStaged: uses.every(({ model }) => model.staged),
    isListed: uses.every(({ model }) => model.staged && model.manifest !== undefined),
    listed: manifest === undefined ? undefined : lock.manifests?.[manifest],
  };
}
