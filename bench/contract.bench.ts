import { compareContracts } from "./declaredLoad";
import type { Ratio } from "./index";

/** The declared load with the derived request settings, and with those of a public sample, at the planned speed of one A100. */
export async function measure(): Promise<readonly Ratio[]> {
  const load = { model: "Qwen/Qwen2.5-7B-Instruct", contextTokens: 16_384, concurrency: 64 };
  const { derived, sample } = await compareContracts({ ...load, speedup: 40, requestsEach: 2 });
  const told = ({ settings, statuses }: typeof derived) => `${JSON.stringify(settings)} gave ${JSON.stringify(statuses)}`;
  return [
    { what: `of the declared load is answered under the derived contract: ${told(derived)}`, value: derived.passed, atLeast: 1 },
    { what: `of it fails under the sample's settings: ${told(sample)}`, value: 1 - sample.passed, atLeast: 0.5 },
  ];
}
