/** The gate: checks that a deployment must pass before it receives traffic. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../../azure/arm";
import { type GateMode, sendsRequests } from "../../../planner/rollout/gateMode";
import { trafficText } from "../../../planner/rollout/transition";
import { fail } from "../../../program/fail";
import { armIdOf } from "../../base/azure";
import { outputValue } from "../../base/outputs";
import { type LiveEndpoint, liveDeployment, liveEndpoint, type TrafficWeights, waitForOperations } from "../../live";
import { type Check, type CheckFailure, checksOf, runChecks, scoringAddress, sender, type Unreachable, unreachable } from "../../scoring";
import type { EndpointReference } from "../reference";
import { factsOf, type TrafficFacts } from "../trafficFacts";
import { readState } from "./controlPlane";
import { credentialFor } from "./credential";
import { type GateResult, writeGateRecord } from "./record";
import { gateReport, goneReport, stateOnlyWarning, unreachableReport } from "./report";
import { type GateSubject, subjectsToCheck } from "./subjects";

export type { GateMode } from "../../../planner/rollout/gateMode";
export { type GateResult, type GateResults, readGateRecord } from "./record";
export type { GateSubject } from "./subjects";

/** Arguments of the gate. */
export interface GateArgs {
  readonly mode: GateMode;
  /** All deployments that can receive traffic. */
  readonly subjects: readonly GateSubject[];
  /**
   * Timeout for all checks of one deployment, retries included, in seconds. With `auto`, up to a third of it is used to find out whether
   * this machine can reach the endpoint. @default 300
   */
  readonly deadlineSeconds?: number;
}

/** Part of the timeout that `auto` uses to reach the endpoint. */
const reachShare = 1 / 3;

/**
 * Checks deployments before traffic is updated. It changes nothing, except that it records the result in Azure. A failed check ends the
 * run before the write, so traffic stays unchanged and the next run checks again. The gate is a hook of the component, which is a separate
 * step before the write: when a run is interrupted, the engine completes the current step and starts no other, so an interrupt during the
 * gate doesn't change traffic. If the component is unchanged but its write was never executed, the hook of the write runs the checks.
 * Previews run neither hook.
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
    const subjects = this.args.mode === "off" ? [] : subjectsToCheck(this.args.subjects, before, after, live.traffic);
    if (subjects.length === 0) return;
    // A deployment that is starting can't answer, and its start can take longer than the gate's timeout.
    await waitForOperations(azure, id);
    await check(subjects, { azure, id, live, ...this.args });
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

/** What the checks of all deployments need. */
interface Endpoint extends GateArgs {
  readonly azure: ArmClient;
  readonly id: string;
  readonly live: LiveEndpoint;
}

async function check(subjects: readonly GateSubject[], endpoint: Endpoint): Promise<void> {
  const { azure, id, live, mode, deadlineSeconds = 300 } = endpoint;
  const { name } = armIdOf(id);
  for (const subject of subjects) {
    if ((await liveDeployment(azure, id, subject.name)) === undefined) fail(goneReport(name, subject.name, live.traffic));
  }
  const started = Date.now();
  const asked = subjects.filter((subject) => requestsTo(subject, mode).length > 0);
  const because = mode === "auto" && asked.length > 0 ? await notReached(endpoint, deadlineSeconds * reachShare) : undefined;
  if (because !== undefined && Object.values(live.traffic).some((weight) => weight > 0)) {
    const names = asked.map((subject) => subject.name);
    fail(unreachableReport(name, names, live.traffic, because));
  }
  const seconds = deadlineSeconds - (Date.now() - started) / 1000;
  const passed: Record<string, GateResult> = {};
  for (const subject of subjects) {
    const checks = because === undefined ? requestsTo(subject, mode) : [];
    passed[subject.name] = await examine(subject, checks, { ...endpoint, deadlineSeconds: seconds });
    if (because !== undefined && asked.includes(subject))
      await pulumi.log.warn(stateOnlyWarning(name, subject.name, because, pulumi.getStack()));
  }
  await writeGateRecord(azure, id, passed);
}

function requestsTo({ decision, check }: GateSubject, mode: GateMode): Check[] {
  return sendsRequests[mode] ? checksOf(decision, check) : [];
}

async function notReached({ azure, id, live }: Endpoint, patienceSeconds: number): Promise<Unreachable | undefined> {
  const credential = () => credentialFor(live.authMode, azure, id);
  return unreachable({ ...scoringAddress(armIdOf(id).name, live.origin), patienceSeconds, credential });
}

/** Checks one deployment. Without checks, only its state in Azure is checked. */
async function examine(subject: GateSubject, checks: readonly Check[], endpoint: Endpoint): Promise<GateResult> {
  const { azure, id, live, deadlineSeconds = 300 } = endpoint;
  const endpointName = armIdOf(id).name;
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
  return checks.length === 0 ? "state" : "requests";
}
