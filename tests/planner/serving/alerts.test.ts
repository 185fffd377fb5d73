// Proves that the latency threshold of an alert is derived from the request timeouts, and that it is above the answer time of every plan in a
// grid. Doesn't prove that a server answers as fast as planned.
import { endpointLimits } from "../../../azure/limits";
import { modelFromTable } from "../../../planner/fit/model";
import { latencyAlertMilliseconds } from "../../../planner/serving/alerts";
import { evaluateMachine } from "../../../planner/size/candidate";
import { isProblem, machineOf } from "../../../planner/size/machine";

const timeout = (requestTimeout: number) => ({ requestSettings: { requestTimeout, maxConcurrentRequestsPerInstance: 1 } });

test.each([
  [[], 178_200],
  [[60], 59_400],
  [[180], 178_200],
  [[30, 60], 59_400],
  [[1], 990],
])("with request timeouts of %p s an alert fires above %i ms", (timeouts, milliseconds) => {
  expect(latencyAlertMilliseconds(timeouts.map(timeout))).toBe(milliseconds);
});

test("no accepted plan expects an answer that raises the alert, and the alert is below the timeout", () => {
  const machines = ["Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5", "Standard_NC96ads_A100_v4", "Standard_ND96isr_H100_v5"];
  const models = ["Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen3-8B", "meta-llama/Llama-3.3-70B-Instruct"];
  const plans = machines.flatMap((instanceType) =>
    models.flatMap((id) =>
      [1, 8, 16, 24, 32, 48, 64, 96, 128].flatMap((concurrency) =>
        [2048, 8192, 16_384, 32_768].flatMap((maxModelLen) => {
          const machine = machineOf(instanceType);
          if (isProblem(machine)) throw new Error(machine.message);
          const { contract, problem: refusal } = evaluateMachine(modelFromTable(id)!, machine, { maxModelLen, concurrency });
          return contract === undefined || refusal !== undefined ? [] : [contract];
        }),
      ),
    ),
  );
  expect(plans.length).toBeGreaterThan(150);
  for (const { settings, speed } of plans) {
    const threshold = latencyAlertMilliseconds([settings]) / 1000;
    expect(threshold).toBeGreaterThan(speed.answerSeconds);
    expect(threshold).toBeLessThan(settings.requestSettings.requestTimeout);
  }
  // The grid includes the plans with the smallest reserve, those whose reserve is cut off by Azure's limit.
  expect(Math.max(...plans.map(({ speed }) => speed.answerSeconds))).toBeGreaterThan(0.9 * endpointLimits.requestTimeoutSeconds);
});
