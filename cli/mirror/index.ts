import * as path from "node:path";
import { deploymentsOf } from "../../config/decisions";
import type { Settings } from "../../config/stackFile";
import { openLicenses } from "../../facts/licenses";
import { exportState } from "../../operations/checkpoint";
import { HubTransport } from "../../operations/hub";
import { mirrorWeights } from "../../operations/mirror";
import { withStagedWeights } from "../../operations/mirror/lock";
import { Progress } from "../../operations/mirror/progress";
import { nothingToStage } from "../../operations/mirror/wanted";
import { stackAzure } from "../../operations/stackAzure";
import { onInterrupt } from "../interruption";
import { readLockedStack, replaceFile } from "../lockedStack";
import { lockStore } from "../lockStore";
import { openStackPulumi, type StackOptions } from "../stackPulumi";
import { openHub } from "./hub";
import { showProgress } from "./show";
import { type Way, ways } from "./ways";

export interface MirrorCommandOptions extends Omit<StackOptions, "configFile"> {
  /** Key of the only endpoint whose weights are staged. @default - all endpoints */
  readonly endpoint?: string;
  readonly via: Way;
  /** Also verify staged weights again. @default false */
  readonly force?: boolean;
}

/** `npm run mirror`: stages the model weights of a stack and records them in its lock file. */
export async function mirror({ endpoint, via, force = false, ...options }: MirrorCommandOptions): Promise<void> {
  const store = lockStore(options.stack, options.local === true);
  const lockText = store.read();
  const { raw, settings, lock } = readLockedStack(options.stack, {
    noLock: (settings) => noLock(options.stack, settings),
    ...(lockText === undefined ? {} : { lockText }),
  });
  const stack = await openStackPulumi(options);
  const hub = await openHub(stack.local);
  const interruption = onInterrupt("Ending the copy. To end without waiting, press Ctrl-C again.");
  let isChanged = false;
  try {
    await showProgress(`Weights of ${options.stack}`, async ({ report, changed }) => {
      const azure = stackAzure(stack, raw.settings);
      const progress: Progress = new Progress(Date.now, () => changed(() => progress.line()));
      const { signal } = interruption;
      const setup = { stack, azure, settings, state: await exportState(stack), hub: hub.url, force, report, progress, signal };
      const token = process.env.HF_TOKEN?.trim();
      await mirrorWeights({
        ...{
          lock,
          force,
          report,
          signal,
          licenses: settings["moor:licenses"] ?? openLicenses,
          stackFolder: raw.folder ?? ".",
          ...(endpoint === undefined ? {} : { endpoint }),
        },
        hub: new HubTransport({ hub: hub.url, report, signal, ...(token ? { token } : {}) }),
        way: await ways[via](setup),
        record: (weights, files) => {
          const before = store.read() ?? "";
          const { text, changed: decisions } = withStagedWeights(options.stack, before, weights, files, force);
          if (text === before) return;
          replaceFile(store.file, text);
          isChanged = true;
          report(`${path.relative(process.cwd(), store.file)} was updated.`);
          for (const { deployment, from, to } of decisions)
            report(from === to ? `  ${deployment}: ${to}` : `  ${deployment}: ${from} → ${to}`);
        },
      });
    });
    if (isChanged) console.log(store.next);
  } finally {
    interruption.end();
    await hub.close();
    await stack.close();
  }
}

function noLock(stack: string, settings: Settings): string {
  if (!deploymentsOf(settings).some(({ settings: { vllm } }) => vllm?.source === "mirror")) return nothingToStage(`The stack ${stack}`);
  return (
    `The stack ${stack} uses no lock file (moor:lock: none), so staged weights can't be recorded. Remove this setting, or use ` +
    "`source: hub`. Deployments then download their weights at each start."
  );
}
