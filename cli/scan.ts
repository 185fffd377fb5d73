import { plannedResources } from "../operations/residency/planned";
import { scan as scanResources } from "../operations/scan";
import { scannerExceptions } from "../policy/scannerExceptions";
import { openStackPulumi, type StackOptions } from "./stackPulumi";

/** `npm run scan`: runs checkov on what the stack plans. The exit code is that of checkov. */
export async function scan(options: StackOptions): Promise<void> {
  const pulumi = await openStackPulumi(options);
  try {
    const { resources, errors } = await plannedResources(pulumi, pulumi.environment.ARM_SUBSCRIPTION_ID);
    if (errors !== undefined) throw new Error(`The preview of stack "${options.stack}" ended with errors:\n${errors}`);
    const skipped = scannerExceptions.flatMap(({ scanner, id, reason }) => (scanner === "checkov" ? [{ id, reason }] : []));
    for (const { id, reason } of skipped) console.log(`Not checked: ${id}. ${reason}`);
    process.exitCode = scanResources(
      resources,
      skipped.map(({ id }) => id),
    );
  } finally {
    await pulumi.close();
  }
}
