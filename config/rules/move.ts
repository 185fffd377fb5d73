/** A stack stays in its region: another region is another stack. */
import { lockCommand } from "../lockFile";
import { type Mistake, mistake } from "../mistakes";

/**
 * A mistake where a stack file names another region than the one that the stack is in.
 * @param known Where the region that it is in stands, for instance `moor.lock.prod.yaml`.
 * @param hasLock Whether the stack works with a lock, which the second one then needs too.
 */
export function moveMistakes(stack: string, is: string, known: string, wanted: string, hasLock = true): Mistake[] {
  if (is === wanted) return [];
  const cause = "A stack can't move: every resource would be deleted and created again.";
  const problem = `The stack is in ${is} (${known}), and the stack file says ${wanted}. ${cause}`;
  return [mistake("MOOR066", "azure-native:location", { problem, allowed: is, fix: secondStack(stack, is, wanted, hasLock) })];
}

function secondStack(stack: string, is: string, wanted: string, hasLock: boolean): string {
  const second = `${stack}2`;
  return [
    `Set it back to ${is}, and make a second stack for ${wanted}:`,
    `cp Pulumi.${stack}.yaml Pulumi.${second}.yaml`,
    "(in the copy: set location, residency, address space, quota and images of the new region; remove encryptionsalt and encrypted values)",
    `pulumi stack init ${second}`,
    ...(hasLock ? [lockCommand(second)] : []),
    `pulumi up -s ${second}`,
  ].join("\n    ");
}
