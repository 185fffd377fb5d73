/** Findings of a run: the rules over its resources, in previews and before each write. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { type Acceptance, type Contract, dayOf } from "../../rules";
import { azureOf } from "../base/azure";
import { Adopted } from "./adopted";
import { collect } from "./collect";
import { LiveDoors } from "./doors";
import { Outside } from "./outside";
import { Principals } from "./principals";
import { Reviewer } from "./reviewer";

/** Arguments of `reviewProgram`. */
export interface ReviewArgs {
  /** Stack name, for the report. */
  readonly stack: string;
  readonly contract: Contract;
  /** Accepted findings. @default - none */
  readonly accept?: readonly Acceptance[];
  /** ARM IDs of resources of others that the stack uses. They are read from Azure, and checked for places. @default - none */
  readonly adopted?: readonly string[];
  /** The day on which the entries of `accept` must apply, for example 2026-11-30. @default - today (UTC) */
  readonly today?: string;
}

/**
 * Checks all azure-native resources of a program against a residency contract, and for exposure: untyped resources and templates too. Call it
 * first, before any resource is declared.
 *
 * - A preview ends with one report of all findings. Resources whose values are known only during the update are counted in a note.
 * - An update checks each resource before its write, with the final inputs: after all transforms, and with the provider's defaults.
 * - The preview of `npm run recover`, which sets MOOR_FINDINGS to `unchecked`, checks nothing: it must succeed to continue a killed run.
 *
 * ```ts
 * const reviewed = reviewProgram({
 *   stack: pulumi.getStack(),
 *   contract: { home: "swedencentral", regions: ["swedencentral", "swedensouth"], declared: { geography: "Sweden" }, principals: [] },
 *   accept: [{ code: "MOOR430", resource: "*", reason: "Global services hold names, not data.", until: "2029-12-31" }],
 * });
 * // …
 * export const workspaceId = reviewed.apply(() => workspace.id);
 * ```
 * @returns an output that resolves when the resources of a preview were checked. Make it part of a stack output, because a run ends when its
 * outputs are known.
 * @throws pulumi.RunError with the report
 */
export function reviewProgram({
  stack,
  contract,
  accept = [],
  adopted: ids = [],
  today = dayOf(new Date()),
}: ReviewArgs): pulumi.Output<void> {
  // The preview of `npm run recover` only finds out what Azure lacks.
  if (pulumi.runtime.isDryRun() && process.env.MOOR_FINDINGS === "unchecked") return pulumi.output(undefined);
  const azure = azureOf();
  let config: Promise<authorization.GetClientConfigResult> | undefined;
  const client = () => {
    config ??= authorization.getClientConfig({ async: true });
    return config;
  };
  const warn = (text: string) => void pulumi.log.warn(text);
  const adopted = new Adopted(azure, ids, warn);
  const [outside, doors] = [new Outside(azure, warn, ids), new LiveDoors(azure, stack, warn)];
  const principals = new Principals(azure);
  const reviewer = new Reviewer({ stack, contract, acceptances: accept, today, outside, principals, doors, adopted, client });
  const registered = collect(reviewer);
  return pulumi.output(registered().then((refused) => reviewer.finish(refused)));
}
