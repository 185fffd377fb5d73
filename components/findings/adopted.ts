/** Resources of others that the stack uses: read from Azure, and checked for places like the stack's own. */
import type { ArmClient } from "../../azure/arm";
import { type Check, kindOf, type RuleResource } from "../../rules";
import { observe } from "../live";

/** Reads the adopted resources once, with their children, settings, and the resources that they refer to. */
export class Adopted {
  private reading?: Promise<readonly RuleResource[]>;

  /**
   * @param ids ARM IDs
   * @param warn Called with a warning for everything that can't be read
   */
  constructor(
    private readonly azure: ArmClient,
    private readonly ids: readonly string[],
    private readonly warn: (text: string) => void,
  ) {}

  resources(): Promise<readonly RuleResource[]> {
    this.reading ??= this.read();
    return this.reading;
  }

  private async read(): Promise<readonly RuleResource[]> {
    if (this.ids.length === 0) return [];
    const { resources, unread } = await observe(this.azure, this.ids);
    for (const { id, reason } of unread)
      this.warn(`Can't read ${id}, which belongs to an adopted resource, so its residency is not proved. ${reason}`);
    return resources;
  }
}

/** Whether a check concerns a place. Components check what an adopted resource must offer, such as its network access. */
export function isOfPlace({ code }: Check): boolean {
  const { kind } = kindOf(code);
  return kind === "place" || kind === "platform";
}
