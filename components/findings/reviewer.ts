/** Reviews the resources of a run. */
import * as pulumi from "@pulumi/pulumi";
import { stop } from "../../program/fail";
import { type Acceptance, type Contract, judge, type RuleResource, reportFindings, SECRET } from "../../rules";
import { ruleResources } from "../../rules/read/pulumi";
import type { Collector, Declared, Written } from "./collect";
import { evaluate, type Reviewed } from "./evaluate";
import type { PlannedInputs } from "./inputs";
import type { Outside } from "./outside";
import { messagesOf, reportedOf } from "./report";

export interface ReviewerOptions {
  readonly stack: string;
  readonly contract: Contract;
  readonly acceptances: readonly Acceptance[];
  /** The day on which the entries must apply, for example 2026-11-30 (UTC). */
  readonly today: string;
  readonly outside: Outside;
  readonly subscriptionId: () => Promise<string>;
}

/** A resource of the program, as far as the run knows it. */
interface Entry {
  readonly resources: readonly Reviewed[];
  /** Whether the run creates or changes it. */
  readonly isChanged: boolean;
}

/**
 * In a preview, it collects the resources until `finish`, which judges them together. In an update, and for resources that a preview declares
 * later, it judges each resource before its write.
 */
export class Reviewer implements Collector {
  private readonly entries = new Map<string, Entry>();
  private isFinished = false;

  constructor(private readonly options: ReviewerOptions) {}

  async declared(resource: Declared): Promise<void> {
    await this.add(resource, false);
  }

  async written(resource: Written): Promise<void> {
    await this.add(resource, true);
  }

  /** Ends the preview with a report if there are findings. */
  async finish(): Promise<void> {
    const { stack, acceptances, today, contract } = this.options;
    this.isFinished = true;
    if (!pulumi.runtime.isDryRun()) return;
    // The engine registers resources in any order.
    const entries = [...this.entries].sort(([one], [other]) => compare(nameIn(one), nameIn(other))).map(([, entry]) => entry);
    const all = await this.known(entries.flatMap(({ resources }) => resources));
    const verdict = judge(evaluate(all.resources, contract, all.own, true), acceptances, today);
    const changed = new Set(entries.filter(({ isChanged }) => isChanged).flatMap(({ resources }) => resources.map(({ shown }) => shown)));
    const { error, warnings, notes } = messagesOf(stack, verdict, ({ resource }) => changed.has(resource));
    for (const text of warnings) await pulumi.log.warn(text);
    for (const text of notes) await pulumi.log.info(text);
    if (error !== undefined) await stop(error);
  }

  private async add(resource: Declared & Partial<Written>, isChanged: boolean): Promise<void> {
    const entry: Entry = { resources: await this.read(resource), isChanged };
    this.entries.set(resource.urn, entry);
    if (pulumi.runtime.isDryRun() && !this.isFinished) return;
    const { stack, acceptances, today, contract } = this.options;
    const { resources, own } = await this.known(entry.resources);
    const verdict = judge(evaluate(resources, contract, own, false), acceptances, today);
    const reported = reportedOf(verdict, () => isChanged);
    if (reported.length > 0) await stop(reportFindings(stack, reported, "The run ended before it wrote this resource."));
  }

  private async read({
    token,
    name,
    inputs,
    id,
  }: {
    token: string;
    name: string;
    inputs: PlannedInputs;
    id?: string;
  }): Promise<Reviewed[]> {
    const subscriptionId = await this.options.subscriptionId();
    const exact = ruleResources({ token, name, inputs: inputs.exact, id }, subscriptionId);
    if (inputs.exact === inputs.shown) return exact.map((one) => ({ exact: one, shown: one }));
    const shown = ruleResources({ token, name, inputs: inputs.shown, id }, subscriptionId);
    return exact.map((one) => ({ exact: one, shown: shown.find((other) => other.name === one.name) ?? withoutBody(one) }));
  }

  /** All resources that are known so far, with those outside the program to which `own` refer. */
  private async known(own: readonly Reviewed[]): Promise<{ readonly resources: readonly Reviewed[]; readonly own: readonly Reviewed[] }> {
    const planned = [...this.entries.values()].flatMap(({ resources }) => resources);
    const outside = await this.options.outside.referredBy(
      own.map(({ exact }) => exact),
      planned.map(({ exact }) => exact),
    );
    return { resources: [...planned, ...outside.map((one) => ({ exact: one, shown: one }))], own };
  }
}

/** A resource in a template that contains a secret. */
function withoutBody({ body, ...resource }: RuleResource): RuleResource {
  return { ...resource, body: Object.fromEntries(Object.keys(body).map((key) => [key, SECRET])) };
}

function nameIn(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
