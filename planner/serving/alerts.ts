/** The latency above which an alert is raised. */
import { endpointLimits } from "../../azure/limits";
import type { DeploymentDecision } from "../decision";

/**
 * Fraction of the longest request timeout at which slow requests raise an alert. Azure ends a request at its timeout, so the average can't
 * exceed the timeout. The fraction is high because a plan can use nearly the whole timeout: the planner adds a quarter to the expected
 * answer time, but Azure's limit can cut off that reserve. A lower fraction would raise alerts within the declared load.
 */
const latencyShare = 0.99;

/**
 * Milliseconds above which the slowest 5% of an endpoint's requests raise an alert. The metric covers all deployments of an endpoint, so
 * the longest timeout determines the threshold.
 * @param deployments Decisions of the endpoint's deployments. If there are none, Azure's maximum timeout is used.
 */
export function latencyAlertMilliseconds(deployments: readonly Pick<DeploymentDecision, "requestSettings">[]): number {
  const timeouts = deployments.map(({ requestSettings }) => requestSettings.requestTimeout);
  const longest = timeouts.length === 0 ? endpointLimits.requestTimeoutSeconds : Math.max(...timeouts);
  return Math.round(1000 * latencyShare * longest);
}
