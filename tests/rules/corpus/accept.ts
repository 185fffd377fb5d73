/** The acceptances of the shipped stack `prod`. */
import type { Acceptance } from "../../../rules";

export const shippedAcceptances: readonly Acceptance[] = [
  { code: "MOOR430", resource: "*", reason: "Global services of Azure hold names and settings.", until: "2029-12-31" },
  { code: "MOOR445", resource: "*", reason: "Queries require Microsoft Entra ID.", until: "2029-12-31" },
];
