/** The gate before traffic: a deployment proves that it answers before requests go to it. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../../azure/arm";
import { trafficText } from "../../../planner/rollout/transition";
import { fail } from "../../../program/fail";
import { armIdOf } from "../../base/azure";
import { known } from "../../base/outputs";
import { type LiveEndpoint, liveDeployment, liveEndpoint, type Shares, waitForOperations } from "../../live";
import type { EndpointReference } from "../reference";
import { factsOf, type TrafficFacts } from "../trafficFacts";
import { ask, type Refusal } from "./ask";
import { checksOf } from "./checks";
import { readState } from "./controlPlane";
import { credentialFor } from "./credential";
import { gateReport, goneReport } from "./report";
import { sender } from "./request";
import { type GateSubject, toBeAsked } from "./subjects";

export type { GateSubject } from "./subjects";

/** `runner`: real requests from where the program runs. `controlPlane`: readiness through ARM. `off`: nothing is asked. */
export type GateMode = "runner" | "controlPlane" | "off";

export interface GateArgs {
  readonly mode: GateMode;
  /** Every deployment that may have weight. */
  readonly subjects: readonly GateSubject[];
  /** Seconds that one deployment has for all its answers, retries included. @default 300 */
  readonly deadlineSeconds?: number;
}

/**
 * Asks before a write of traffic, and changes nothing: a refusal stops the run before the write, so traffic stays where it was and the next
 * run asks again. It is a hook of the component, a step before the write: the engine ends the step that it is in when a run is interrupted
 * and begins no other, so an interrupt during the gate leaves traffic alone. Where the component is unchanged but its write was never made,
 * the write's own hook asks. Previews run neither.
 */
export class Gate {
  private asked = false;

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
      await this.tellDrift(factsOf(oldInputs).traffic ?? {}, factsOf(newInputs).traffic ?? {});
      await this.pass(factsOf(oldInputs), factsOf(newInputs));
    });
  }

  private async pass(before: TrafficFacts, after: TrafficFacts): Promise<void> {
    if (this.asked) return;
    this.asked = true;
    const { azure } = this.endpoint;
    const id = await known(this.endpoint.id);
    const live = await liveEndpoint(azure, id);
    const { name } = armIdOf(id);
    if (live === undefined) return fail(`${name} is gone from Azure: run \`pulumi refresh\`, then \`pulumi up\`.`);
    if (this.args.mode === "off") return;
    const asked = toBeAsked(this.args.subjects, before, after, live.traffic);
    // One that is still starting answers nobody, and its start may take longer than the gate's patience.
    if (asked.length > 0) await waitForOperations(azure, id);
    for (const subject of asked) {
      if ((await liveDeployment(azure, id, subject.name)) === undefined) fail(goneReport(name, subject.name, live.traffic));
      await examine(subject, azure, id, live, this.args);
    }
  }

  /**
   * Says what somebody else has changed since the last write, because this one puts it right. Only the write itself knows what the last one was:
   * of a write that failed the component has the shares all the same. What Azure has already may be the work of a killed run.
   */
  private async tellDrift(written: Shares, next: Shares): Promise<void> {
    const id = await known(this.endpoint.id);
    const live = (await liveEndpoint(this.endpoint.azure, id))?.traffic ?? {};
    const [was, is, willBe] = [written, live, next].map(trafficText);
    if (Object.keys(written).length === 0 || is === was || is === willBe) return;
    pulumi.log.warn(`${armIdOf(id).name}: traffic was changed outside this program, to ${is}; it was written as ${was}.`);
  }
}

async function examine(subject: GateSubject, azure: ArmClient, id: string, live: LiveEndpoint, args: GateArgs): Promise<void> {
  const { mode, deadlineSeconds = 300 } = args;
  const endpointName = armIdOf(id).name;
  const checks = mode === "runner" ? checksOf(subject.decision, subject.check) : [];
  const asked = checks.length > 0 ? checks.map(({ what }) => what).join(", ") : "state in Azure";
  pulumi.log.info(`${endpointName}: asking ${subject.name} before it gets traffic (${asked}).`);
  const started = Date.now();
  let credential = "";
  let refusal: Refusal | undefined;
  if (checks.length === 0) refusal = await readState(azure, id, subject.name, deadlineSeconds);
  else {
    credential = await credentialFor(live.authMode, azure, id);
    const send = sender({ baseUrl: scoringBase(endpointName, live.origin), deployment: subject.name, credential });
    refusal = await ask({ checks, send, deadlineSeconds });
  }
  if (refusal !== undefined) fail(gateReport({ endpointId: id, subject, live: live.traffic, refusal, credential }));
  pulumi.log.info(`${endpointName}: ${subject.name} passed in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

/** The endpoint's own address, or that of the front door which stands in for it on this machine. */
function scoringBase(endpointName: string, origin: string): string {
  const frontdoor = process.env.MOOR_FRONTDOOR_URL;
  return frontdoor ? `${frontdoor}/${endpointName}` : origin;
}
