export { ArmClient, type ArmClientOptions } from "./client";
export { ArmError } from "./error";
export type { Credential } from "./transport";
