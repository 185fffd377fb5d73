import { models } from "../facts/models";
import { pricedRegions } from "../facts/prices";
import { PlanError } from "../planner/codes";
import { modelFromRecord } from "../planner/fit/fromRecord";
import { fit as fitModel } from "../planner/size/fit";
import { openSandbox } from "../tests/e2e/sandbox";
import { type RecordedModel, recordedModels } from "../tests/planner/fit/recordedModels";
import type { Ratio } from "./index";

const runs = 3;

/** What a person waits for most often: the report of a wrong stack file, and the planner. Their baseline is the preview of a right stack file. */
export async function measure(): Promise<readonly Ratio[]> {
  const sandbox = await openSandbox();
  try {
    const stackFile = sandbox.edit("dev", [[["moor:endpoints", "chat", "deployments", "main", "weight"], 90]]);
    const preview = await fastest(() => sandbox.run("preview", "dev"));
    const refusal = await fastest(() => sandbox.run("preview", "dev", { stackFile }));
    const answers = await fastest(async () => {
      for (const model of Object.keys(models)) for (const region of pricedRegions) fitModel({ model, region });
    });
    const records = await fastest(async () => recordedModels().forEach(planned));
    const asked = `${Object.keys(models).length} models in ${pricedRegions.length} regions`;
    console.log(
      `Preview ${told(preview)}; report of a wrong stack file ${told(refusal)}; ${asked} ${told(answers)}; all recorded models ${told(records)}`,
    );
    return [
      { what: "reports of a wrong stack file in the time of a preview", value: preview / refusal, atLeast: 1.5 },
      { what: "seconds for a size or a reason for all recorded models", value: records, atMost: 5 },
      { what: `times all of ${asked} in the time of a preview`, value: preview / answers, atLeast: 2 },
    ];
  } finally {
    await sandbox.close();
  }
}

/** Plans a recorded model. The planner can't read some of them. */
function planned(record: RecordedModel): void {
  try {
    fitModel({ model: modelFromRecord(record) });
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
  }
}

/** Seconds of the fastest run: what else the machine does only adds. */
async function fastest(work: () => Promise<unknown>): Promise<number> {
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await work();
    seconds.push((performance.now() - began) / 1000);
  }
  return Math.min(...seconds);
}

const told = (seconds: number) => `${seconds.toFixed(2)} s`;
