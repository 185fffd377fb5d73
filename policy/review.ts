/** The resources of one run of the pack, and the findings about them. */
import { type Body, type Check, judge, type Reported, type RuleResource, review, type Verdict } from "../rules";
import { ruleResources } from "../rules/read/pulumi";
import { type PackSettings, type Terms, termsOf } from "./settings";

/** A resource of the program or of the state. */
export interface Seen {
  readonly urn: string;
  /** Type token. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: Body;
  /** @default - not known yet */
  readonly outputs?: Body;
  /** Completes ARM IDs. */
  readonly subscriptionId?: string;
}

/** Findings of one resource that nothing accepts, with the entry that has expired, if there is one. */
type Refusals = readonly Reported[];

/**
 * Pulumi calls each policy for each resource when the program registers it, and once for the whole stack at the end. The policy `contract` comes
 * first and adds resources here. The other policies report what the rules say about them.
 */
export class Review {
  private readonly inputs = new Map<string, Body>();
  private readonly resources = new Map<string, readonly RuleResource[]>();
  private readonly reported = new Map<string, Refusals>();
  private stack: Verdict | undefined;
  private configured: { readonly text: string; readonly terms: Terms } | undefined;

  /** @param today Returns the date, for example 2026-11-30 (UTC). */
  constructor(private readonly today: () => string) {}

  /** Reviews a resource, with the resources that were registered before it. */
  add(seen: Seen, settings: PackSettings): void {
    const { contract, acceptances } = this.terms(settings);
    this.inputs.set(seen.urn, seen.inputs);
    const own = this.read(seen);
    const checks = review(own, contract, this.all(), false);
    this.reported.set(seen.urn, refusals(judge(checks, acceptances, this.today())));
  }

  /**
   * Reviews the whole stack.
   * @param stack Resources with their outputs. `inputs` are used only for a resource that `add` hasn't seen.
   */
  addStack(stack: readonly Seen[], settings: PackSettings): void {
    const { contract, acceptances } = this.terms(settings);
    this.resources.clear();
    for (const seen of stack) this.read({ ...seen, inputs: this.inputs.get(seen.urn) ?? seen.inputs });
    this.stack = judge(review(this.all(), contract), acceptances, this.today());
  }

  /** What to report about a resource. @throws Error if the policy `contract` is disabled */
  refusalsOf(urn: string): Refusals {
    return this.reported.get(urn) ?? disabled();
  }

  /** What to report only about the whole stack, because it depends on resources that were registered later. */
  refusalsOfStack(): Refusals {
    const known = new Set([...this.reported.values()].flat().map(({ finding }) => keyOf(finding)));
    return refusals(this.verdict).filter(({ finding }) => !known.has(keyOf(finding)));
  }

  get verdict(): Verdict {
    return this.stack ?? disabled();
  }

  /** Whether the configuration contains the tenant of the subscription. */
  get isTenantKnown(): boolean {
    return this.configured?.terms.contract.tenantId !== undefined;
  }

  /** URN of the resource that a check is about. */
  urnOf({ resource }: Check): string | undefined {
    return [...this.resources].find(([, own]) => own.includes(resource))?.[0];
  }

  private read({ urn, type: token, name, inputs, outputs, subscriptionId }: Seen): readonly RuleResource[] {
    // A policy for a resource doesn't see the outputs of those that were created before it.
    const own = ruleResources({ token, name, inputs, outputs }, subscriptionId);
    this.resources.set(urn, own);
    return own;
  }

  private all(): readonly RuleResource[] {
    return [...this.resources.values()].flat();
  }

  private terms(settings: PackSettings): Terms {
    const text = JSON.stringify(settings);
    if (this.configured?.text !== text) this.configured = { text, terms: termsOf(settings) };
    return this.configured.terms;
  }
}

function refusals({ refused, expired }: Verdict): Refusals {
  return [...refused.map((finding) => ({ finding })), ...expired.map(({ finding, acceptance }) => ({ finding, expired: acceptance }))];
}

function keyOf({ code, resource, property, value }: Check): string {
  return JSON.stringify([code, resource.name, resource.type, property, value]);
}

function disabled(): never {
  const error = new Error(
    'The policy "contract" reads the residency contract and can\'t be disabled. Remove its enforcementLevel from the configuration.',
  );
  // The SDK prints the stack, which would hide the message.
  error.stack = error.message;
  throw error;
}
