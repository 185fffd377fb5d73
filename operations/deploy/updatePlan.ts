/**
 * Update plans of the engine: `pulumi up --plan` refuses each step that the saved preview doesn't contain, so that nothing can change between
 * the comparison and the update. They hold only for some plans; docs/decisions.md says which were tried.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { autoscaledDeployments, type Preview } from "../../review";

/** With a create or a replacement, outputs that are unknown in the preview have other dependencies in the update, which is then refused. */
const operations: readonly Preview["steps"][number]["operation"][] = ["same", "refresh", "read", "update", "delete"];

/** The login of the registry has other dependencies in a preview than in an update, even if nothing is built. */
const imageBuild = "docker:index/image:Image";

/**
 * Whether `pulumi up --plan` accepts the steps of a preview. Otherwise, it would stop in the middle of the update. The number of instances of an
 * autoscaled deployment can change at any time, so its update isn't accepted either.
 */
export function planHolds(preview: Preview): boolean {
  const autoscaled = autoscaledDeployments(preview);
  return preview.steps.every(
    ({ name, token, operation }) =>
      operations.includes(operation) && token !== imageBuild && !(operation === "update" && autoscaled.has(name)),
  );
}

/**
 * Calls a function with the path for an update plan, in a new folder that only this user can read, because a plan contains secrets in encrypted
 * form. The folder is removed when the function has ended, and when the process exits.
 */
export async function withPlanFile<Result>(work: (file: string) => Promise<Result>): Promise<Result> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-plan-"));
  fs.chmodSync(folder, 0o700);
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await work(path.join(folder, "plan.json"));
  } finally {
    remove();
    process.off("exit", remove);
  }
}
