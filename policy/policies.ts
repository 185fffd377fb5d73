/** The policies of the pack: one for each code of a finding, and three about the review itself. */
import type {
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { codes, type FindingCode, type FindingKind, findingText, type Reported } from "../rules";
import { inputsOf } from "./inputs";
import { Review, type Seen } from "./review";
import { type PackSettings, settingsSchema } from "./settings";
import { inTermsOfPack } from "./wording";

/** A policy that Pulumi calls for each resource and for the whole stack. */
export type BothPolicy = ResourceValidationPolicy & StackValidationPolicy;

export type PackPolicy = BothPolicy | StackValidationPolicy;

/** Severity of a finding that the configuration doesn't accept. */
const severities = { place: "high", platform: "medium", exposure: "high" } as const satisfies Record<
  Exclude<FindingKind["kind"], "door">,
  string
>;

/**
 * Returns the policies. `contract` must be the first.
 * @param today Returns the date, for example 2026-11-30 (UTC).
 */
export function packPolicies(today = () => new Date().toISOString().slice(0, 10)): readonly PackPolicy[] {
  const review = new Review(today);
  const reviewed = (Object.entries(codes) as [FindingCode, FindingKind][]).flatMap(([code, kind]) => codePolicy(review, code, kind));
  return [contractPolicy(review), ...reviewed, notProvable(review), unusedAcceptances(review)];
}

/** Reads the contract and reviews the resources, before the other policies report. It reports nothing itself. */
function contractPolicy(review: Review): BothPolicy {
  return {
    name: "contract",
    description: "The residency contract of the stack.",
    enforcementLevel: "mandatory",
    configSchema: settingsSchema,
    validateResource: (args) => review.add(seen(args), args.getConfig<PackSettings>()),
    validateStack: (args) =>
      review.addStack(
        args.resources.map((one) => ({ ...seen(one), outputs: inputsOf(one.type, one.props) })),
        args.getConfig<PackSettings>(),
      ),
  };
}

/** The policy of one code. Changes that can't be undone have none, because a policy sees only the new inputs. */
function codePolicy(review: Review, code: FindingCode, { title, remedy, source, kind }: FindingKind): BothPolicy[] {
  if (kind === "door") return [];
  const report = (refusals: readonly Reported[], violation: ReportViolation) => {
    for (const one of refusals.filter(({ finding }) => finding.code === code))
      violation(inTermsOfPack(findingText(one)), review.urnOf(one.finding));
  };
  const policy: BothPolicy = {
    name: code,
    displayName: title,
    description: `${title}.`,
    enforcementLevel: "mandatory",
    severity: severities[kind],
    remediationSteps: inTermsOfPack(remedy),
    tags: [kind, source],
    validateResource: ({ urn }, violation) => report(review.refusalsOf(urn), violation),
    validateStack: (_, violation) => report(review.refusalsOfStack(), violation),
  };
  return [policy];
}

/** Lists what can't be decided. Without it, a value that is known only during the update would look like a pass. */
function notProvable(review: Review): StackValidationPolicy {
  return {
    name: "not-proved",
    displayName: "Not proved",
    description:
      "A rule requires a value that this run doesn't know: one that only the update knows, a resource outside the stack, or `contract.tenantId`.",
    enforcementLevel: "advisory",
    severity: "medium",
    validateStack({ resources }: StackValidationArgs, violation) {
      const { unknown } = review.verdict;
      for (const code of new Set(unknown.map((check) => check.code))) {
        const lines = unknown.flatMap((check) => (check.code === code ? [`  ${check.resource.name} ${check.property}`] : []));
        const fix =
          code === "MOOR468" && !review.isTenantKnown ? ["  Fix: Set `contract.tenantId` to the tenant of the subscription."] : [];
        violation([`${code} ${codes[code].title}, not proved for:`, ...new Set(lines), ...fix].join("\n"), stackUrn(resources));
      }
    },
  };
}

/** `pulumi policy analyze` doesn't show violations without a resource. */
function stackUrn(resources: readonly PolicyResource[]): string | undefined {
  return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn;
}

function unusedAcceptances(review: Review): StackValidationPolicy {
  return {
    name: "unused-acceptances",
    displayName: "Acceptance without a finding",
    description: "An entry of `accept` in the configuration accepts no finding.",
    enforcementLevel: "advisory",
    severity: "low",
    validateStack({ resources }: StackValidationArgs, violation) {
      for (const { code, resource } of review.verdict.unused)
        violation(`No finding: ${code} ${resource}. Remove the entry.`, stackUrn(resources));
    },
  };
}

function seen({ urn, type, name, props, provider }: ResourceValidationArgs | PolicyResource): Seen {
  const { subscriptionId } = provider === undefined ? {} : inputsOf(provider.type, provider.props);
  const fallback = process.env.ARM_SUBSCRIPTION_ID;
  return { urn, type, name, inputs: inputsOf(type, props), subscriptionId: typeof subscriptionId === "string" ? subscriptionId : fallback };
}
