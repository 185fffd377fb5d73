import type { Pattern } from "../pattern";
import type { Fault, Speed, Wait } from "./pace";

/** Who answers: shown in every answer, so that nobody takes a stand-in for a model. */
export interface StandInIdentity {
  readonly deployment: string;
  readonly region: string;
  readonly pattern: Pattern;
  /** With `vllm`: the names that a request may carry as `model`. */
  readonly models: readonly string[];
  readonly scoringPath: string;
  readonly readinessPath: string;
  readonly livenessPath: string;
}

/** A server that stands in for one deployment's container, as its handlers see it. */
export interface StandIn {
  readonly identity: StandInIdentity;
  readonly speed: Speed;
  readonly wait?: Wait;
  /** The fault that hits the present scoring request, if any. Counts requests: ask once for each. */
  nextFault(): Fault | undefined;
  /** Whether its probes fail. */
  isSick(): boolean;
}
