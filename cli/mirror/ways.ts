/** The values of `--via`. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ArmClient } from "../../azure/arm";
import type { Settings } from "../../config/stackFile";
import type { Checkpoint } from "../../operations/checkpoint";
import type { StagingWay } from "../../operations/mirror";
import type { Progress } from "../../operations/mirror/progress";
import { requireContainer } from "../../operations/mirror/reach";
import { runnerWay } from "../../operations/mirror/runner";
import { removeLeftScripts, scriptWay } from "../../operations/mirror/script";
import { weightStore } from "../../operations/mirror/store";
import { stackBlobs } from "../../operations/stackAzure";
import type { OpenStack } from "../stackPulumi";

/** What a way needs. */
export interface WaySetup {
  readonly stack: OpenStack;
  readonly azure: ArmClient;
  readonly settings: Settings;
  readonly state: Checkpoint;
  /** Address of the Hub. */
  readonly hub: string;
  readonly force: boolean;
  readonly report: (line: string) => void;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

type OpenWay = (setup: WaySetup) => Promise<StagingWay>;

const clock = { sleep: (seconds: number, either?: AbortSignal) => sleep(seconds * 1000, undefined, { signal: either }) };

/** Each opens a way, or rejects with what to do if it can't be used. */
export const ways = {
  async runner({ stack, azure, settings, state, force, report, progress, signal }) {
    const store = await weightStore(stack, azure, adoptedWorkspace(settings), state);
    const container = stackBlobs(stack, azure, store.account, store.container);
    await requireContainer(stack, container);
    // A script of a killed run would copy the same files.
    await removeLeftScripts({ pulumi: stack, azure, state, report });
    return runnerWay({ container, progress, report, clock, force, signal });
  },
  async azure({ stack, azure, settings, state, hub, force, report, signal }) {
    const store = await weightStore(stack, azure, adoptedWorkspace(settings), state);
    const { tags } = settings["moor:platform"];
    return scriptWay({ pulumi: stack, azure, state, store, hub, tags, force, report, clock, signal });
  },
} as const satisfies Record<string, OpenWay>;

export type Way = keyof typeof ways;

/** ARM ID of the workspace that the stack adopts. Undefined if the stack creates it. */
export function adoptedWorkspace(settings: Settings): string | undefined {
  const { workspace } = settings["moor:platform"];
  return workspace === "create" ? undefined : workspace;
}
