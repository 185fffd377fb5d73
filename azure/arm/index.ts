export { ArmClient, type ArmClientOptions } from "./client";
export type { PolicyDenial } from "./denial";
export { ArmError } from "./error";
export type { Credential } from "./transport";
