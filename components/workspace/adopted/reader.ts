/** Reads adopted resources and collects their problems. */
import * as pulumi from "@pulumi/pulumi";
import { type ArmClient, ArmError } from "../../../azure/arm";
import { stop } from "../../../program/fail";
import type { Problem, Shown } from "./rules";

export class Reader {
  readonly problems: Problem[] = [];

  constructor(private readonly azure: ArmClient) {}

  /**
   * Returns a resource, or undefined if it doesn't exist (a problem) or if the permission to read it is missing (a warning).
   * @param apiVersion @default - the API version of azure-native
   */
  async get<T>(id: string, apiVersion?: string): Promise<T | undefined> {
    const shown = await this.azure.get<T>(id, apiVersion).catch((error: Error) => error);
    if (!(shown instanceof Error)) return shown;
    if (shown instanceof ArmError && shown.isAbsence) {
      this.problems.push({
        id,
        what: "It doesn't exist.",
        fix: "Correct the ID in the stack file, or ask the owner to create the resource.",
      });
      return undefined;
    }
    return this.unread(id, shown);
  }

  /** Returns the items of a collection, or undefined if the permission to read it is missing (a warning). */
  async list<T>(id: string, apiVersion?: string): Promise<readonly T[] | undefined> {
    const items = await this.azure.list<T>(id, { apiVersion }).catch((error: Error) => error);
    return items instanceof Error ? this.unread(id, items) : items;
  }

  /** Returns the target of an outbound rule, or undefined if it can't be read (a warning). The target can have any resource type. */
  async target(id: string): Promise<Shown | undefined> {
    const shown = await this.azure.get<Shown>(id).catch((error: Error) => error);
    if (!(shown instanceof Error)) return shown;
    pulumi.log.warn(
      `Can't read ${id} (${shown.message}), so Moor can't check its region. An outbound rule of the adopted workspace allows data to be sent to this resource. Check that its region is within the residency.`,
    );
    return undefined;
  }

  add(found: readonly Problem[]): void {
    this.problems.push(...found);
  }

  /** Logs a warning if permissions are missing. Any other error ends the run. */
  private async unread(id: string, error: Error): Promise<undefined> {
    if (!(error instanceof ArmError) || !error.isAccessDenied) return stop(`Can't read an adopted resource: ${error.message}`);
    pulumi.log.warn(
      `Can't read ${id} (Azure returned ${error.status}), so Moor can't check whether it meets the requirements. To check it, assign the role Reader on it to the identity of this run.`,
    );
    return undefined;
  }
}
