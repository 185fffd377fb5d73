/** A stack can't be moved to another region: another region requires another stack. */

import { type ConfigError, configError } from "../errors";
import { lockCommand } from "../lockFile";

/**
 * Reports a region in the stack file that differs from the region of the existing stack.
 * @param current Region of the existing stack.
 * @param source Where the current region is recorded, for example `moor.lock.prod.yaml`.
 * @param hasLock Whether the stack uses a lock file. Then the second stack requires one too.
 */
export function moveErrors(stack: string, current: string, source: string, wanted: string, hasLock = true): ConfigError[] {
  if (current === wanted) return [];
  const cause = "A stack can't be moved: Pulumi would delete and recreate every resource.";
  const problem = `The stack is in ${current} (${source}), but the stack file sets ${wanted}. ${cause}`;
  return [
    configError("MOOR066", "azure-native:location", { problem, allowed: current, fix: secondStack(stack, current, wanted, hasLock) }),
  ];
}

function secondStack(stack: string, current: string, wanted: string, hasLock: boolean): string {
  const second = `${stack}2`;
  return [
    `Set the location back to ${current}, and create a second stack for ${wanted}:`,
    `cp Pulumi.${stack}.yaml Pulumi.${second}.yaml`,
    "(in the copy, set the location, residency, address space, quota and images for the new region; remove encryptionsalt and encrypted values)",
    `pulumi stack init ${second}`,
    ...(hasLock ? [lockCommand(second)] : []),
    `pulumi up -s ${second}`,
  ].join("\n    ");
}
