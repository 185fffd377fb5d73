import type { Pattern } from "../pattern";
import type { Adapter, Task } from "../task";
import type { Fault, Speed, Wait } from "./pace";

/** The identity of a stand-in. Each answer contains it, so that a stand-in can't be mistaken for a model. */
export interface StandInIdentity {
  readonly deployment: string;
  readonly region: string;
  readonly pattern: Pattern;
  /** With `vllm`: the names of the model. Requests without `model` use the first one. */
  readonly models: readonly string[];
  /** With `vllm`. @default "chat" */
  readonly task?: Task;
  /** With `vllm`: adapters. Requests name them in `model`. @default none */
  readonly adapters?: readonly Adapter[];
  readonly scoringPath: string;
  readonly readinessPath: string;
  readonly livenessPath: string;
}

/** The stand-in for the container of one deployment, as its handlers use it. */
export interface StandIn {
  readonly identity: StandInIdentity;
  readonly speed: Speed;
  readonly wait?: Wait;
  /** Returns the fault for the current scoring request, if any. Call it once per request, because it counts them. */
  nextFault(): Fault | undefined;
  /** Whether its probes fail. */
  isUnhealthy(): boolean;
}
