import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { folderRepository, type LocalHub, startLocalHub } from "../../azure-local";
import { openLicenses } from "../../facts/licenses";
import { HubTransport } from "../../operations/hub";
import { prepareWeights } from "../../operations/mirror/prepare";
import { Progress } from "../../operations/mirror/progress";
import { runnerWay } from "../../operations/mirror/runner";
import { weightStore } from "../../operations/mirror/store";
import type { WantedAdapter, WantedWeights } from "../../operations/mirror/wanted";
import { stackAzure, stackBlobs } from "../../operations/stackAzure";
import { weightsPath } from "../../planner/names";
import type { WeightFile } from "../../planner/weights";
import type { Platform } from "../clients/platform";

/** Weights as Azure mounts them. */
export interface Staged {
  /** ARM ID of the model version. */
  readonly modelVersion: string;
  /** The value of AZUREML_MODEL_DIR. */
  readonly mounted: string;
  /** The value of MOOR_MANIFEST. */
  readonly manifest: string;
  readonly files: readonly WeightFile[];
  /** Folder of the files below `mounted`. */
  readonly folder: string;
}

/**
 * Stages the files of a folder with the operations of the command `mirror`: from the local Hub to the blob service of the local Azure.
 * Registers them as a model version, and mounts it.
 * @param id Hugging Face ID of the model
 * @param home Folder that will contain the mounted one
 * @param adapters LoRA adapters that are staged with the model
 */
export async function stage(
  platform: Platform,
  id: string,
  model: string,
  home: string,
  report: (line: string) => void,
  adapters: readonly WantedAdapter[] = [],
): Promise<Staged> {
  const revision = createHash("sha1")
    .update(fs.readFileSync(path.join(model, "config.json")))
    .digest("hex");
  const hub = await startLocalHub({ repositories: [folderRepository(model, { id, commit: revision, license: "apache-2.0" })] });
  try {
    const { files, manifest } = await mirror(platform, hub, { id, revision, adapters }, report);
    const modelVersion = await register(platform, id.replace("/", "-"), weightsPath(id, revision));
    const mounted = path.join(home, "mounted");
    await platform.azure.mountModel(modelVersion, mounted);
    return { modelVersion, mounted, manifest, files, folder: path.join(mounted, revision) };
  } finally {
    await hub.close();
  }
}

async function mirror(
  { azure, workspace }: Platform,
  hub: LocalHub,
  { id, revision, adapters }: Pick<WantedWeights, "id" | "revision" | "adapters">,
  report: (line: string) => void,
) {
  const stack = { local: true, environment: { MOOR_ARM_URL: azure.armUrl } };
  const arm = stackAzure(stack, {});
  const store = await weightStore({ stack: "vllm", local: true }, arm, workspace, { version: 3, deployment: {} });
  const container = stackBlobs(stack, arm, store.account, store.container);
  const { signal } = new AbortController();
  const clock = { sleep: (seconds: number, either: AbortSignal) => sleep(seconds * 1000, undefined, { signal: either }) };
  const prepared = await prepareWeights(
    {
      ...{ id, revision, path: weightsPath(id, revision), adapters, deployments: ["chat/main"], remoteCode: "refuse" },
      ...{ isStaged: false, isListed: false, listed: undefined },
    },
    { hub: new HubTransport({ hub: hub.url, report, signal }), licenses: openLicenses, report, force: false },
  );
  await runnerWay({ container, progress: new Progress(), report, clock, force: false, signal }).stage(prepared);
  return prepared;
}

/** @returns the ARM ID of the model version */
async function register({ workspace, put }: Platform, model: string, folder: string): Promise<string> {
  const [, , subscription, , group, , , , name] = workspace.split("/");
  const modelUri = `azureml://subscriptions/${subscription}/resourceGroups/${group}/workspaces/${name}/datastores/workspaceblobstore/paths/${folder}`;
  const version = `${workspace}/models/${model}/versions/1`;
  await put(`${workspace}/models/${model}`, { properties: {} });
  await put(version, { properties: { modelType: "custom_model", modelUri } });
  return version;
}
