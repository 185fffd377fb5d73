/** Reviews the resources of a run. */
import * as pulumi from "@pulumi/pulumi";
import { sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { stop } from "../../program/fail";
import {
  type Acceptance,
  type Check,
  type Contract,
  checkChange,
  type DoorCode,
  doorWays,
  type Finding,
  type FindingCode,
  judge,
  type RuleResource,
  reportFindings,
  SECRET,
} from "../../rules";
import { ruleResources } from "../../rules/read/pulumi";
import { type Adopted, isOfPlace } from "./adopted";
import type { Collector, Declared, Failed, Permission, Written } from "./collect";
import type { LiveDoors } from "./doors";
import { evaluate, isWithoutSecrets, type Reviewed, worded } from "./evaluate";
import type { PlannedInputs } from "./inputs";
import { withOpened } from "./opened";
import type { Outside } from "./outside";
import type { Principals } from "./principals";
import { messagesOf, reportedOf } from "./report";

export interface ReviewerOptions {
  readonly stack: string;
  readonly contract: Contract;
  readonly acceptances: readonly Acceptance[];
  /** The day on which the entries must apply, for example 2026-11-30 (UTC). */
  readonly today: string;
  readonly outside: Outside;
  readonly principals: Principals;
  readonly doors: LiveDoors;
  readonly adopted: Adopted;
  readonly client: () => Promise<{ readonly subscriptionId: string; readonly tenantId: string }>;
}

/** A resource of the program, as far as the run knows it. */
interface Entry extends Failed {
  readonly resources: readonly Reviewed[];
  /** Whether the run creates or changes it. */
  readonly isChanged: boolean;
  readonly isCreated: boolean;
  /** Checks of one-way doors. */
  readonly doors: readonly Check[];
}

/**
 * In a preview, it collects the resources until `finish`, which judges them together. In an update, and for resources that a preview declares
 * later, it judges each resource before its write.
 */
export class Reviewer implements Collector {
  private readonly entries = new Map<string, Entry>();
  private isFinished = false;
  private adoptedJudged?: Promise<void>;

  constructor(private readonly options: ReviewerOptions) {}

  async declared(resource: Declared): Promise<Permission> {
    // In an update, nothing is written before the adopted resources were judged.
    if (!this.collects) {
      this.adoptedJudged ??= this.judgeAdopted();
      await this.adoptedJudged;
    }
    const resources = await this.read(resource);
    // In a preview, `written` tells which resources are created.
    await this.add(resource, {
      resources,
      isChanged: false,
      isCreated: false,
      doors: this.collects ? [] : await this.creations(resources, false),
    });
    return { deletion: resources.some(({ exact }) => this.acceptsDeletion(exact)) };
  }

  async written({ before, ...resource }: Written): Promise<void> {
    const resources = await this.read(resource);
    const isCreated = before === undefined;
    // In an update, `declared` has checked creations: now a resource that is replaced may be deleted.
    const creations = isCreated && this.collects ? await this.creations(resources, true) : [];
    const doors = isCreated ? creations : await this.changes({ ...resource, before }, resources);
    const previous = before === undefined ? [] : await this.read({ ...resource, inputs: before });
    const entry = { resources, isChanged: true, isCreated, doors };
    await this.add(resource, entry, (checks) =>
      withOpened(
        checks,
        previous.map(({ exact }) => exact),
      ),
    );
  }

  /**
   * Ends the run with a report if there are findings: in a preview all, in an update the removals, which follow the end of the program.
   * @param refused Resources that the engine has refused: it doesn't replace protected ones, and then doesn't call `written`.
   */
  async finish(refused: readonly Failed[]): Promise<void> {
    const { stack, acceptances, today, doors } = this.options;
    const isPreview = this.collects;
    this.isFinished = true;
    if (isPreview) await this.tellPrincipals();
    // The engine registers resources in any order.
    const entries = [...this.entries].sort(([one], [other]) => compare(nameIn(one), nameIn(other))).map(([, entry]) => entry);
    const own = entries.flatMap(({ resources }) => resources);
    const protectedOnes = entries.filter((entry) => refused.some(({ type, name }) => entry.type === type && entry.name === name));
    const created = entries.filter((entry) => entry.isCreated || protectedOnes.includes(entry)).flatMap(({ resources }) => resources);
    const removals = hasFailed() ? [] : await doors.removals(own, created);
    const replaced = await Promise.all(protectedOnes.map(({ resources }) => this.creations(resources, false)));
    const places = isPreview ? evaluate(await this.known(own), await this.contract(), own, true) : [];
    const adopted = isPreview ? await this.adoptedChecks(true) : [];
    const changes = isPreview ? entries.flatMap((entry) => entry.doors) : [];
    const checks = [...places, ...adopted, ...changes, ...replaced.flat(), ...removals];
    const others = [...(await this.options.adopted.resources()), ...entries.filter(({ isChanged }) => !isChanged).flatMap(shownOf)];
    const unchanged = new Set(others);
    // A resource that the engine has refused counts as unchanged, but its door doesn't.
    const isChanged = ({ code, resource }: Finding) => isDoor(code) || !unchanged.has(resource);
    const { error, warnings, notes } = messagesOf(stack, judge(checks, acceptances, today), isChanged, acceptances.length > 0);
    for (const text of warnings) await pulumi.log.warn(text);
    if (isPreview && !hasFailed()) for (const text of notes) await pulumi.log.info(text);
    if (error !== undefined) await stop(error);
  }

  /** Whether resources are judged together later. */
  private get collects(): boolean {
    return pulumi.runtime.isDryRun() && !this.isFinished;
  }

  /** @param judged What a change makes of the checks of its resources. @default - nothing */
  private async add(
    { urn, token, name }: Declared,
    reviewed: Omit<Entry, keyof Failed>,
    judged: (checks: readonly Check[]) => readonly Check[] = (checks) => checks,
  ): Promise<void> {
    const entry = { type: token, name, ...reviewed };
    this.entries.set(urn, entry);
    if (this.collects) return;
    if (entry.resources.some(({ exact }) => isRoleAssignment(exact))) await this.tellPrincipals();
    const { stack, acceptances, today } = this.options;
    const places = evaluate(await this.known(entry.resources), await this.contract(), entry.resources, false);
    const checks = [...judged(places), ...entry.doors];
    const reported = reportedOf(judge(checks, acceptances, today), ({ code }) => entry.isChanged || isDoor(code));
    const hasEntries = acceptances.length > 0;
    const outcome = "The run ended before it wrote this resource.";
    if (reported.length > 0) await stop(reportFindings(stack, reported, { outcome, hasEntries }));
  }

  private async judgeAdopted(): Promise<void> {
    const { stack, acceptances, today } = this.options;
    const reported = reportedOf(judge(await this.adoptedChecks(false), acceptances, today), () => false);
    if (reported.length > 0) await stop(reportFindings(stack, reported, { hasEntries: acceptances.length > 0 }));
  }

  private async adoptedChecks(isComplete: boolean): Promise<Check[]> {
    const adopted = (await this.options.adopted.resources()).map((one) => ({ exact: one, shown: one }));
    return evaluate([...(await this.known([])), ...adopted], await this.contract(), adopted, isComplete).filter(isOfPlace);
  }

  private async contract(): Promise<Contract> {
    const { tenantId } = await this.options.client();
    return { ...this.options.contract, tenantId };
  }

  /** Adds the object IDs of identities that exist now, with which the principals of role assignments are compared. */
  private async tellPrincipals(): Promise<void> {
    const { principals } = this.options;
    const told = [...this.entries].map(async ([urn, entry]) => {
      const resources = await Promise.all(entry.resources.map((one) => principals.told(one)));
      const isTold = resources.some((one, index) => one !== entry.resources[index]);
      // The resource can be declared and then written in the meantime.
      if (isTold && this.entries.get(urn) === entry) this.entries.set(urn, { ...entry, resources });
    });
    await Promise.all(told);
  }

  /** @param isCreated Whether the run creates the resources; otherwise, it can also leave them unchanged. */
  private async creations(resources: readonly Reviewed[], isCreated: boolean): Promise<Check[]> {
    const { doors } = this.options;
    const concerned = resources.filter((one) => doors.concerns(one));
    // A new template updates the resources that exist.
    const isReplaced = ({ exact: { name } }: Reviewed) => isCreated && !isInTemplate(name);
    return (await Promise.all(concerned.map((one) => doors.creation(one, isReplaced(one))))).flat();
  }

  private async changes({ before, ...resource }: Written & { before: PlannedInputs }, resources: readonly Reviewed[]): Promise<Check[]> {
    const previous = await this.read({ ...resource, inputs: before });
    return resources.flatMap((after) => {
      const was = previous.find(({ exact }) => exact.name === after.exact.name);
      if (was === undefined) return [];
      const exact = checkChange({ before: was.exact, after: after.exact });
      if (isWithoutSecrets(was) && isWithoutSecrets(after)) return exact;
      return worded(exact, checkChange({ before: was.shown, after: after.shown }), [after]);
    });
  }

  /** Whether a valid entry accepts that a resource is replaced or removed. */
  private acceptsDeletion({ name, id }: RuleResource): boolean {
    const { acceptances, today } = this.options;
    return acceptances.some(({ code, resource, until }) => {
      const deletes = deletingCodes.includes(code);
      return deletes && until >= today && (resource === "*" || sameArmId(resource, name) || sameArmId(resource, id));
    });
  }

  private async read({
    token,
    name,
    inputs,
    id,
  }: {
    readonly token: string;
    readonly name: string;
    readonly inputs: PlannedInputs;
    readonly id?: string;
  }): Promise<Reviewed[]> {
    const { subscriptionId } = await this.options.client();
    const exact = ruleResources({ token, name, inputs: inputs.exact, id }, subscriptionId);
    if (inputs.exact === inputs.shown) return exact.map((one) => ({ exact: one, shown: one }));
    const shown = ruleResources({ token, name, inputs: inputs.shown, id }, subscriptionId);
    return exact.map((one) => ({ exact: one, shown: shown.find((other) => other.name === one.name) ?? withoutBody(one) }));
  }

  /** All resources that are known so far, with those outside the program to which `own` refer. */
  private async known(own: readonly Reviewed[]): Promise<readonly Reviewed[]> {
    const planned = [...this.entries.values()].flatMap(({ resources }) => resources);
    const outside = await this.options.outside.referredBy(
      own.map(({ exact }) => exact),
      planned.map(({ exact }) => exact),
    );
    return [...planned, ...outside.map((one) => ({ exact: one, shown: one }))];
  }
}

function shownOf({ resources }: Entry): RuleResource[] {
  return resources.map(({ shown }) => shown);
}

/** A program that has failed hasn't declared all of its resources, so neither removals nor unused entries of `moor:accept` are known. */
function hasFailed(): boolean {
  return pulumi.log.hasErrors();
}

function isDoor(code: FindingCode): boolean {
  return Object.hasOwn(doorWays, code);
}

/** Codes of the doors through which Pulumi deletes a resource, which `protect` prevents. */
const deletingCodes: readonly string[] = (Object.keys(doorWays) as DoorCode[]).filter((code) =>
  doorWays[code].some((way) => way === "replacement" || way === "removal"),
);

/** A resource in a template that contains a secret. */
function withoutBody({ body, ...resource }: RuleResource): RuleResource {
  return { ...resource, body: Object.fromEntries(Object.keys(body).map((key) => [key, SECRET])) };
}

function isRoleAssignment({ type }: RuleResource): boolean {
  return sameArmId(type, armTypeOf("authorization:RoleAssignment"));
}

function nameIn(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whether a name is that of a resource in a template, such as `chat-traffic-write/resources/0`. */
function isInTemplate(name: string): boolean {
  return name.includes("/resources/");
}
