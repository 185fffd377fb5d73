/** Reads what is adopted, and keeps apart what is wrong, what doesn't exist and what can't be read. */
import * as pulumi from "@pulumi/pulumi";
import { type ArmClient, ArmError } from "../../../azure/arm";
import { stop } from "../../../program/fail";
import type { Problem, Shown } from "./rules";

export class Reader {
  readonly problems: Problem[] = [];

  constructor(private readonly azure: ArmClient) {}

  /**
   * A resource as Azure shows it; undefined when it doesn't exist, which is a problem, or can't be read, which is warned of.
   * @param apiVersion @default - that of azure-native
   */
  async get<T>(id: string, apiVersion?: string): Promise<T | undefined> {
    const shown = await this.azure.get<T>(id, apiVersion).catch((error: Error) => error);
    if (!(shown instanceof Error)) return shown;
    if (shown instanceof ArmError && shown.isAbsence) {
      this.problems.push({ id, what: "It doesn't exist.", change: "Correct the id in the stack file, or have its owner create it." });
      return undefined;
    }
    return this.unread(id, shown);
  }

  /** The items of a collection; undefined when it can't be read, which is warned of. */
  async list<T>(id: string, apiVersion?: string): Promise<readonly T[] | undefined> {
    const items = await this.azure.list<T>(id, { apiVersion }).catch((error: Error) => error);
    return items instanceof Error ? this.unread(id, items) : items;
  }

  /** The target of a rule, which may be of any type: what isn't known here is warned of. */
  async target(id: string): Promise<Shown | undefined> {
    const shown = await this.azure.get<Shown>(id).catch((error: Error) => error);
    if (!(shown instanceof Error)) return shown;
    pulumi.log.warn(
      `${id}, to which a rule of the adopted workspace leads, can't be read (${shown.message}), so its region isn't known here.`,
    );
    return undefined;
  }

  add(found: readonly Problem[]): void {
    this.problems.push(...found);
  }

  /** Warns of what may be as the stack needs it or not. An answer that says nothing of rights ends the run. */
  private async unread(id: string, error: Error): Promise<undefined> {
    if (!(error instanceof ArmError) || !error.isAccessDenied) return stop(`What the stack adopts can't be read: ${error.message}`);
    pulumi.log.warn(`${id} can't be read (Azure answered ${error.status}), so nothing here tells whether it is as the stack needs it.`);
    return undefined;
  }
}
