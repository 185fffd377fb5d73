import * as fs from "node:fs";
import * as path from "node:path";

/** Root folder of the program. */
export const root = path.join(__dirname, "..");

/** Path of the stack file of a stack; undefined if it doesn't exist. */
export function stackFileOf(stack: string, folder = root): string | undefined {
  return stacksWithFile(folder).includes(stack) ? path.join(folder, `Pulumi.${stack}.yaml`) : undefined;
}

/** Names of the stacks that have a stack file. */
export function stacksWithFile(folder = root): string[] {
  const names = fs.readdirSync(folder).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/** @throws Error with the existing stacks, if the stack file doesn't exist */
export function requireStackFile(stack: string, folder = root): string {
  const file = stackFileOf(stack, folder);
  if (file !== undefined) return file;
  const existing = stacksWithFile(folder).join(", ");
  throw new Error(`The stack file Pulumi.${stack}.yaml does not exist. Stacks with a stack file: ${existing === "" ? "none" : existing}.`);
}
