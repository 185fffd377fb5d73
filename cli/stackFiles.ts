import * as fs from "node:fs";
import * as path from "node:path";

/** The program's folder. */
export const root = path.join(__dirname, "..");

/** The stack file of a stack, or undefined when there is none. */
export function stackFileOf(stack: string, folder = root): string | undefined {
  return stacksWithFile(folder).includes(stack) ? path.join(folder, `Pulumi.${stack}.yaml`) : undefined;
}

/** Names of the stacks that have a stack file. */
export function stacksWithFile(folder = root): string[] {
  const names = fs.readdirSync(folder).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/** @throws Error that names the stacks there are */
export function requireStackFile(stack: string, folder = root): string {
  const file = stackFileOf(stack, folder);
  if (file !== undefined) return file;
  const there = stacksWithFile(folder).join(", ");
  throw new Error(`There is no stack file Pulumi.${stack}.yaml; there ${there === "" ? "is none yet" : `are ${there}`}.`);
}
