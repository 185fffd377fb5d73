/** The gate: checks that a deployment must pass before it receives traffic. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../../azure/arm";
import { trafficText } from "../../../planner/rollout/transition";
import { fail } from "../../../program/fail";
import { armIdOf } from "../../base/azure";
import { outputValue } from "../../base/outputs";
import { type LiveEndpoint, liveDeployment, liveEndpoint, type TrafficWeights, waitForOperations } from "../../live";
import { type CheckFailure, checksOf, runChecks, scoringAddress, sender } from "../../scoring";
import type { EndpointReference } from "../reference";
import { factsOf, type TrafficFacts } from "../trafficFacts";
import { readState } from "./controlPlane";
import { credentialFor } from "./credential";
import { gateReport, goneReport } from "./report";
import { type GateSubject, subjectsToCheck } from "./subjects";

export type { GateSubject } from "./subjects";

/**
 * `runner`: real requests from the machine that runs the program. `controlPlane`: the provisioning state in Azure Resource Manager. `off`:
 * no checks.
 */
export type GateMode = "runner" | "controlPlane" | "off";

/** Arguments of the gate. */
export interface GateArgs {
  readonly mode: GateMode;
  /** All deployments that can receive traffic. */
  readonly subjects: readonly GateSubject[];
  /** Timeout for all checks of one deployment, retries included, in seconds. @default 300 */
  readonly deadlineSeconds?: number;
}

/**
 * Checks deployments before traffic is updated. It changes nothing. A failed check ends the run before the write, so traffic stays
 * unchanged and the next run checks again. The gate is a hook of the component, which is a separate step before the write: when a run is
 * interrupted, the engine completes the current step and starts no other, so an interrupt during the gate doesn't change traffic. If the
 * component is unchanged but its write was never executed, the hook of the write runs the checks. Previews run neither hook.
 */
export class Gate {
  private hasRun = false;

  constructor(
    private readonly endpoint: EndpointReference,
    private readonly args: GateArgs,
  ) {}

  /** For the component whose inputs are `TrafficFacts`. */
  beforeComponent(name: string): pulumi.ResourceHook {
    return new pulumi.ResourceHook(name, ({ oldInputs = {}, newInputs = {} }) => this.pass(oldInputs, newInputs));
  }

  /** For the write itself. */
  beforeWrite(name: string): pulumi.ResourceHook {
    return new pulumi.ResourceHook(name, async ({ oldInputs, newInputs }) => {
      await this.warnOfDrift(factsOf(oldInputs).traffic ?? {}, factsOf(newInputs).traffic ?? {});
      await this.pass(factsOf(oldInputs), factsOf(newInputs));
    });
  }

  private async pass(before: TrafficFacts, after: TrafficFacts): Promise<void> {
    if (this.hasRun) return;
    this.hasRun = true;
    const { azure } = this.endpoint;
    const id = await outputValue(this.endpoint.id);
    const live = await liveEndpoint(azure, id);
    const { name } = armIdOf(id);
    if (live === undefined) return fail(`${name} no longer exists in Azure. Run \`pulumi refresh\`, then \`pulumi up\`.`);
    if (this.args.mode === "off") return;
    const subjects = subjectsToCheck(this.args.subjects, before, after, live.traffic);
    // A deployment that is starting can't answer, and its start can take longer than the gate's timeout.
    if (subjects.length > 0) await waitForOperations(azure, id);
    for (const subject of subjects) {
      if ((await liveDeployment(azure, id, subject.name)) === undefined) fail(goneReport(name, subject.name, live.traffic));
      await examine(subject, azure, id, live, this.args);
    }
  }

  /**
   * Warns if traffic was changed outside the program since the last write, because this write overwrites the change. It uses the inputs of
   * the write, because the component's inputs also contain traffic of failed writes. Traffic that already matches the new values can be
   * from a killed run.
   */
  private async warnOfDrift(written: TrafficWeights, next: TrafficWeights): Promise<void> {
    const id = await outputValue(this.endpoint.id);
    const live = (await liveEndpoint(this.endpoint.azure, id))?.traffic ?? {};
    const [was, is, willBe] = [written, live, next].map(trafficText);
    if (Object.keys(written).length === 0 || is === was || is === willBe) return;
    pulumi.log.warn(`${armIdOf(id).name}: traffic was changed outside the stack, from ${was} to ${is}. This run overwrites the change.`);
  }
}

async function examine(subject: GateSubject, azure: ArmClient, id: string, live: LiveEndpoint, args: GateArgs): Promise<void> {
  const { mode, deadlineSeconds = 300 } = args;
  const endpointName = armIdOf(id).name;
  const checks = mode === "runner" ? checksOf(subject.decision, subject.check) : [];
  const names = checks.length > 0 ? checks.map(({ what }) => what).join(", ") : "state in Azure";
  pulumi.log.info(`${endpointName}: checking ${subject.name} before it receives traffic (${names}).`);
  const started = Date.now();
  let credential = "";
  let failure: CheckFailure | undefined;
  if (checks.length === 0) failure = await readState(azure, id, subject.name, deadlineSeconds);
  else {
    credential = await credentialFor(live.authMode, azure, id);
    const send = sender({ ...scoringAddress(endpointName, live.origin), deployment: subject.name, credential });
    failure = await runChecks({ checks, send, deadlineSeconds });
  }
  if (failure !== undefined) fail(gateReport({ endpointId: id, subject, live: live.traffic, failure, credential }));
  pulumi.log.info(`${endpointName}: ${subject.name} passed the gate in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}
