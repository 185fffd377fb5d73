import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ErrorBody } from "../azureError";
import { secondsOf } from "../duration";
import type { Engine } from "../engine";
import { userAssignedIds } from "../grants";
import type { Resource } from "../model";
import { execute, type Outcome } from "./execution";
import { containerGroupIdOf, propertiesOf, runOf, SCRIPT } from "./script";

/** Path prefix of the requests of scripts: `/scripts/<key>/...`. The key identifies a running script. */
export const SCRIPT_PREFIX = "/scripts/";

/** Milliseconds between checks of running scripts. */
const CHECK_INTERVAL = 250;

/** Source: Azure docs, azure-resource-manager/bicep/deployment-script-develop: the default of `timeout` is P1D. */
const DEFAULT_TIMEOUT = 24 * 3600;

/** Why a running script is ended. */
type End = "timeout" | "containerDeleted" | "removed" | "closed";

interface Live {
  readonly scriptId: string;
  readonly runId: string;
  readonly key: string;
  readonly controller: AbortController;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  log: string;
  end?: End;
}

/** The scripts that run on this machine. They end with the simulator, as containers of a failed host do. */
export class ScriptHost {
  /** By run: the previous run of a script can still be ending. */
  private readonly live = new Map<string, Live>();
  /** By run: outcomes that are not written to the state yet. They are kept for another attempt if the disk is full. */
  private readonly outcomes = new Map<string, Outcome>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param folder Contains the files of running scripts. What a killed simulator left in it is deleted.
   * @param origin The simulator's address, without a trailing slash
   */
  constructor(
    private readonly engine: Engine,
    private readonly folder: string,
    private readonly origin: () => string,
  ) {
    fs.rmSync(folder, { recursive: true, force: true });
  }

  /** Runs the script of a resource. Never rejects. */
  async execute(script: Resource, runId: string): Promise<Outcome> {
    const key = randomBytes(24).toString("base64url");
    const one: Live = { scriptId: script.id, runId, key, controller: new AbortController(), startedAt: this.engine.now(), log: "" };
    this.live.set(runId, one);
    this.timer ??= setInterval(() => this.sweep(), CHECK_INTERVAL).unref();
    const outcome = await execute({
      folder: path.join(this.folder, runId),
      kind: script.body.kind,
      properties: propertiesOf(script.body),
      identityId: userAssignedIds(script.body.identity)[0],
      secureValues: this.engine.credentials.secretsOf<Record<string, string>>(script.id) ?? {},
      address: `${this.origin()}${SCRIPT_PREFIX}${key}`,
      signal: one.controller.signal,
      onOutput: (output) => {
        one.log = output;
      },
    });
    this.live.delete(runId);
    if (this.live.size === 0) this.stopTimer();
    const error = one.end && endError(one.end);
    const final = error ? { log: outcome.log, error } : outcome;
    if (one.end !== "closed") this.outcomes.set(runId, final);
    return final;
  }

  /** The outcome of a run of this process that is not written yet. */
  outcomeOf(runId: string): Outcome | undefined {
    return this.outcomes.get(runId);
  }

  /** The log of a run so far, until its result is written. */
  logOf(runId: string): string | undefined {
    return this.live.get(runId)?.log ?? this.outcomes.get(runId)?.log;
  }

  /** The resource of a running script, by its key. */
  scriptOf(key: string): Resource | undefined {
    const one = [...this.live.values()].find((other) => other.key === key);
    return one && this.engine.store.get(one.scriptId);
  }

  /** Ends the scripts whose resource or container was deleted, or whose timeout has expired. */
  sweep(): void {
    for (const one of this.live.values()) {
      const reason = this.endOf(one);
      if (reason !== undefined) end(one, reason);
    }
    if (this.outcomes.size === 0) return;
    const unwritten = this.engine.store.all(SCRIPT).flatMap((script) => runOf(script) ?? []);
    for (const runId of this.outcomes.keys())
      if (!unwritten.some((run) => run.runId === runId && run.result === undefined)) this.outcomes.delete(runId);
  }

  /** Ends all scripts. */
  close(): void {
    for (const one of this.live.values()) end(one, "closed");
    this.stopTimer();
  }

  private endOf({ scriptId, runId, startedAt }: Live): End | undefined {
    const script = this.engine.store.get(scriptId);
    if (script === undefined || runOf(script)?.runId !== runId) return "removed";
    if (this.engine.store.get(containerGroupIdOf(scriptId, script.body)) === undefined) return "containerDeleted";
    const timeout = secondsOf(propertiesOf(script.body).timeout) ?? DEFAULT_TIMEOUT;
    // By the clock's time: a timeout is a real duration, which the clock doesn't scale.
    return this.engine.now() - startedAt > timeout * 1000 ? "timeout" : undefined;
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function end(one: Live, reason: End): void {
  one.end ??= reason;
  one.controller.abort();
}

function endError(reason: End): ErrorBody {
  switch (reason) {
    case "timeout":
      return {
        code: "DeploymentScriptExceededMaxAllowedTime",
        message: "The execution of the deployment script exceeded the timeout in its resource definition. Increase 'properties.timeout'.",
      };
    case "containerDeleted":
      return {
        code: "DeploymentScriptContainerGroupNotFound",
        message: "The container group of the deployment script was deleted while it ran.",
      };
    case "removed":
    case "closed":
      return STOPPED;
  }
}

/** The error of a script whose container doesn't exist anymore. Inferred: Azure's documentation has no error for a failed host. */
export const STOPPED: ErrorBody = {
  code: "DeploymentScriptExecutionFailed",
  message: "The execution of the deployment script was interrupted, because the local Azure was stopped. Create the script again.",
};
