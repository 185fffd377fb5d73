import { openSandbox } from "../tests/e2e/sandbox";
import type { Ratio } from "./index";
import { sampleDeployment } from "./sampleDeployment";

const [few, many] = [2, 12] as const;

/** Writes the state once, at the end of a run. Only for this measurement: after a crash `recover` needs the checkpoints. */
const withoutCheckpoints = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

interface Up {
  readonly seconds: number;
  readonly resources: number;
}

/**
 * How an `up` grows with its stack, and whose share that is: the engine writes the whole state around each resource, which grows with the square
 * of their number; what the program, the providers and the simulator do for each resource should not grow at all.
 */
export async function measure(): Promise<readonly Ratio[]> {
  const [small, large, whole] = [await up(few, withoutCheckpoints), await up(many, withoutCheckpoints), await up(many, {})];
  const told = ({ resources, seconds }: Up) => `${resources} resources in ${seconds.toFixed(1)} s`;
  const share = Math.round(100 * (1 - large.seconds / whole.seconds));
  console.log(`up without checkpoints: ${told(small)}, ${told(large)}; with: ${told(whole)}, of which checkpoints take ${share}%`);
  const each = ({ seconds, resources }: Up) => seconds / resources;
  return [
    {
      what: `times that of ${many} endpoints, the time for a resource of ${few}, without checkpoints`,
      value: each(small) / each(large),
      atLeast: 0.8,
    },
  ];
}

/** The first `up` of the stack dev with so many endpoints. */
async function up(endpoints: number, environment: Readonly<Record<string, string>>): Promise<Up> {
  const sandbox = await openSandbox();
  try {
    Object.assign(sandbox.environment, environment);
    const stackFile = sandbox.edit(
      "dev",
      Array.from({ length: endpoints - 1 }, (_, index) => [["moor:endpoints", `chat-${index}`], chat]),
    );
    const began = performance.now();
    const { code, output } = await sandbox.run("up", "dev", { stackFile });
    const seconds = (performance.now() - began) / 1000;
    const created = / {4}\+ (\d+) created/.exec(output)?.[1];
    if (code !== 0 || created === undefined) throw new Error(`pulumi up failed:\n${output}`);
    return { seconds, resources: Number(created) };
  } finally {
    await sandbox.close();
  }
}

/** An endpoint like that of the stack dev. */
const chat = { auth: "key", deployments: { main: sampleDeployment(100) } };
