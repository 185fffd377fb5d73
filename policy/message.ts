/** The text of a policy violation. Pulumi prints the policy's description, with the code and its title, above it. */
import type { Reported } from "../rules";

export function findingText({ finding: { resource, property, problem, allowed, remedy }, expired }: Reported): string {
  const was = expired === undefined ? [] : [`Accepted until ${expired.until}: ${expired.reason}`];
  return [`${resource.name} ${property}`, problem, `Allowed: ${allowed}`, `Fix: ${remedy}`, ...was].join("\n");
}
