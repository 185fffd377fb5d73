/** What a lock holds: its schema, and the types of what is read with it. */
import * as z from "zod";
import { autoscaleLimits, endpointLimits } from "../azure/limits";
import { sizes } from "../facts/sizes";
import type { DeploymentDecision } from "../planner/decision";
import { patterns } from "../planner/pattern";
import { map, oneOf, text, whole } from "./leaves";

const anyText = z.string({ error: "text" });
const seconds = (error = "whole seconds, at least 1") => z.int({ error }).min(1, { error });
const positive = (error = "a number above 0") => z.number({ error }).positive({ error });

const probe = z.strictObject(
  {
    initialDelay: seconds().describe("Seconds before the first try."),
    period: seconds().describe("Seconds between tries."),
    timeout: seconds().describe("Seconds a try may take."),
    failureThreshold: whole(1, 100_000).describe("Failed tries in a row before Azure acts."),
  },
  map("initialDelay, period, timeout, failureThreshold"),
);

const model = z.strictObject(
  {
    id: anyText.describe("Hugging Face id."),
    revision: text(/^[0-9a-f]{40}$/, "a commit, 40 hexadecimal digits"),
    source: z.enum(["mirror", "hub"], { error: "mirror or hub" }),
    path: anyText.optional().describe("Folder below the workspace's blob datastore."),
    staged: z.boolean({ error: "true or false" }).optional().describe("Whether the weights are in this region."),
  },
  map("id, revision, source, and with mirror path and staged"),
);

const minutes = ({ min, max }: { readonly min: number; readonly max: number }) => whole(min, max, "Azure's limits in minutes");

// Optional and without defaults: a lock leaves out what is equal to its default, and reading mustn't add it.
const scaleRule = z.strictObject(
  {
    scaleOutAbove: positive().describe("Requests per minute and instance above which an instance is added."),
    scaleInBelow: positive().describe("Requests per minute and instance below which one is removed."),
    scaleOutWindowMinutes: minutes(autoscaleLimits.window)
      .optional()
      .describe("Minutes over which the requests are averaged before an instance is added; 5 when absent."),
    scaleInWindowMinutes: minutes(autoscaleLimits.window)
      .optional()
      .describe("Minutes over which the requests are averaged before an instance is removed; 15 when absent."),
    cooldownMinutes: minutes(autoscaleLimits.cooldown).optional().describe("Minutes after a change before the next one; 15 when absent."),
  },
  map("scaleOutAbove and scaleInBelow, and optionally scaleOutWindowMinutes, scaleInWindowMinutes, cooldownMinutes"),
);

const clients = z
  .strictObject(
    {
      maxTokens: whole(0, 100_000_000).optional().describe("Largest max_tokens whose answer arrives within the timeout."),
      timeoutSeconds: seconds().describe("Seconds that a client waits."),
      retryOn: z.array(whole(400, 599), { error: "a list of status codes" }).describe("Status codes that are worth another try."),
    },
    map("timeoutSeconds, retryOn, and optionally maxTokens"),
  )
  .describe("What clients of the deployment are told.");

const decision = z.strictObject(
  {
    name: anyText.describe("Name in Azure: <label>-<8 digits of the recipe's hash>."),
    pattern: oneOf(patterns),
    instanceType: z.enum(Object.keys(sizes), { error: "a VM size of managed online endpoints" }),
    image: z.strictObject(
      { repository: anyText, digest: text(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits") },
      map("repository and digest"),
    ),
    routes: z.strictObject(
      { port: whole(1, 65_535), liveness: anyText, readiness: anyText, scoring: anyText },
      map("port, liveness, readiness, scoring"),
    ),
    model: model.optional(),
    tensorParallelSize: whole(1, 64).optional(),
    flags: z.array(anyText, { error: "a list of flags" }).optional(),
    environmentVariables: z.record(anyText, anyText, map("names to text")),
    probes: z.strictObject({ liveness: probe, readiness: probe }, map("liveness and readiness")),
    requestSettings: z.strictObject(
      { requestTimeout: whole(1, endpointLimits.requestTimeoutSeconds), maxConcurrentRequestsPerInstance: whole(1, 100_000) },
      map("requestTimeout and maxConcurrentRequestsPerInstance"),
    ),
    scaleRule,
    clients: clients.optional(),
    usdPerHour: positive().optional().describe("List price of one instance when this was decided, USD."),
  },
  map("the values of a decision"),
) satisfies z.ZodType<Omit<DeploymentDecision, "reasons">>;

const wishValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())], {
  error: "text, a number, true or false, or a list",
});

const entry = z.strictObject(
  {
    wish: z.record(z.string(), wishValue, map("settings to values")).describe("What the stack file asked for when this was decided."),
    current: decision.describe("The decision that runs."),
    previous: decision.optional().describe("The decision before, kept at weight 0 for an instant way back."),
    rolledBack: z
      .literal(true, { error: "true" })
      .optional()
      .describe("Whether `current` was brought back by hand; it stays until the wish changes."),
  },
  map("wish, current, and optionally previous, rolledBack"),
);

export const lockSchema = z
  .strictObject(
    {
      version: z.literal(1, { error: "1" }),
      stack: anyText.describe("Stack that this lock is for."),
      location: anyText.describe("Region that this lock is for."),
      madeBy: anyText.describe("Version of Moor that decided."),
      endpoints: z
        .record(z.string(), z.record(z.string(), entry, map("labels to decisions")), map("keys to endpoints"))
        .describe("Decisions by endpoint key and deployment label."),
    },
    map("version, stack, location, madeBy, endpoints"),
  )
  .describe("The decisions of a stack, made by `npm run lock` and not meant to be edited by hand.");

/** A lock as its values give it, without the reasons in its comments. */
export type LockData = z.output<typeof lockSchema>;
type EntryData = LockData["endpoints"][string][string];

/** The decision of one deployment, with its wish and what was decided before. */
export interface LockEntry extends Omit<EntryData, "current" | "previous"> {
  readonly current: DeploymentDecision;
  readonly previous?: DeploymentDecision;
}

/** A lock with the reasons of its decisions. */
export interface Lock extends Omit<LockData, "endpoints"> {
  readonly endpoints: Readonly<Record<string, Readonly<Record<string, LockEntry>>>>;
}
