/**
 * What a stack file may say. Descriptions feed the JSON Schema that editors use and the table of settings in the README; the error of each
 * value completes "Allowed: ".
 */
import * as z from "zod";
import { alertLimits, dnsServersPerNetwork, endpointLimits, logRetentionDays, tagLimits } from "../azure/limits";
import { armTypeOf } from "../azure/resourceTypes";
import { regions } from "../facts/regions";
import { sizes } from "../facts/sizes";
import { namePartPattern, physicalNamePattern } from "../planner/names";
import { type Pattern, patterns } from "../planner/pattern";
import { geographies } from "../planner/residency";
import { armId, createOrId, freeText, imageText, map, oneOf, text, tokens, whole } from "./leaves";

const { nameLength } = endpointLimits;
const namePart = text(namePartPattern, "lower-case letters, digits and single hyphens, a letter first");

/** For editors, which can't compare names without their case and spaces: `Sweden Central` is taken, and checked later. */
const regionNames = { anyOf: [{ enum: Object.keys(regions) }, { pattern: "[A-Z ]" }] };

const residency = z
  .strictObject(
    {
      geography: freeText("one of Azure's geographies, for instance Sweden")
        .meta({ description: "One of Azure's geographies: all data stays in its regions.", enum: geographies })
        .optional(),
      regions: z
        .array(freeText("a region, for instance swedencentral").meta(regionNames), { error: "a list of regions" })
        .min(1, { error: "a list of at least one region" })
        .max(Object.keys(regions).length, { error: `a list of at most ${Object.keys(regions).length} regions` })
        .describe("Regions in which data may be, by name.")
        .optional(),
    },
    map("geography, or regions"),
  )
  .meta({
    description: "Where data may be; checked against every region in the stack.",
    oneOf: [{ required: ["geography"] }, { required: ["regions"] }],
  });

const network = z
  .strictObject(
    {
      create: z
        .strictObject(
          {
            addressSpace: freeText("an IPv4 range such as 10.40.0.0/22").describe("IPv4 range, /24 or larger."),
            dnsServers: z
              .array(z.ipv4({ error: "an IPv4 address" }), { error: "a list of IPv4 addresses" })
              .min(1, { error: "a list of at least one IPv4 address" })
              .max(dnsServersPerNetwork, { error: `a list of at most ${dnsServersPerNetwork} IPv4 addresses` })
              .describe(
                "DNS servers of the network; they must forward the private DNS zones to Azure DNS (168.63.129.16). Azure DNS when absent.",
              )
              .optional(),
            securityGroup: createOrId(armTypeOf("network:NetworkSecurityGroup")).describe(
              "Network security group of the subnet: create, or the id of one in the same region and subscription.",
            ),
          },
          map("addressSpace, and optionally dnsServers, securityGroup"),
        )
        .describe("A virtual network of the stack's own.")
        .optional(),
      existing: z
        .strictObject({ subnetId: armId(armTypeOf("network:Subnet")).describe("Subnet for private endpoints.") }, map("subnetId"))
        .describe("A network that others own.")
        .optional(),
    },
    map("create, or existing"),
  )
  .meta({
    description: "From where the endpoints are reached.",
    oneOf: [{ required: ["create"] }, { required: ["existing"] }],
  });

const tagName = text(
  new RegExp(`^[^<>%&\\\\?/]{1,${tagLimits.nameLength}}$`),
  `a tag name of at most ${tagLimits.nameLength} characters, none of them < > % & \\ ? /`,
);
const longestTagValue = `text of at most ${tagLimits.valueLength} characters`;
const tagValue = z.string({ error: `${longestTagValue}; numbers need quotes` }).max(tagLimits.valueLength, { error: longestTagValue });

const owner = oneOf(["moor", "policy"]);

const alerts = z
  .strictObject(
    {
      emails: z
        .array(z.email({ error: "an e-mail address" }), { error: "a list of e-mail addresses" })
        .max(alertLimits.emails, { error: `a list of at most ${alertLimits.emails} e-mail addresses` })
        .default([])
        .describe("E-mail addresses that alerts are sent to."),
      actionGroups: z
        .array(armId(armTypeOf("monitor:ActionGroup")), { error: "a list of ids of action groups" })
        .max(alertLimits.actionGroups - 1, { error: `a list of at most ${alertLimits.actionGroups - 1} ids of action groups` })
        .default([])
        .describe(
          "Ids of existing action groups that alerts call, besides the one that the stack creates for e-mail addresses and webhook.",
        ),
      latencySeconds: whole(1, endpointLimits.requestTimeoutSeconds, "Azure's longest request timeout")
        .describe(
          "Seconds above which the slowest 5 % of requests raise an alert; 99 % of the endpoint's longest request timeout when absent.",
        )
        .optional(),
      failuresPerMinute: whole(0, 100_000).default(5).describe("Failed requests per minute above which an alert is raised."),
    },
    map("emails, actionGroups, latencySeconds, failuresPerMinute"),
  )
  .describe("Alerts on failed requests and latency; none without it.");

const platform = z
  .strictObject(
    {
      network,
      workspace: createOrId(armTypeOf("machinelearningservices:Workspace")).describe("Azure ML workspace: create, or the id of one."),
      imageRegistry: createOrId(armTypeOf("containerregistry:Registry")).describe("Registry of the images: create, or the id of one."),
      logs: createOrId(armTypeOf("operationalinsights:Workspace")).describe("Log Analytics workspace: create, or the id of one."),
      logRetentionDays: whole(logRetentionDays.min, logRetentionDays.max, "Azure's bounds in days")
        .default(90)
        .describe("Days that the created Log Analytics workspace keeps logs."),
      logDailyCapGB: whole(1, 100_000)
        .describe("GB a day after which the created Log Analytics workspace stops taking logs until the next day; no cap when absent.")
        .optional(),
      firewallSku: oneOf(["Basic", "Standard"])
        .default("Basic")
        .describe(
          "Size of the firewall that Azure runs in the created workspace's managed network once there is a host-name rule (source: hub); it can't be changed while the firewall runs.",
        ),
      dns: owner.default("moor").describe("Who links private DNS zones: this stack, or a policy of the landing zone."),
      privateEndpoints: owner.default("moor").describe("Who makes private endpoints."),
      diagnostics: owner.default("moor").describe("Who makes diagnostic settings."),
      roles: oneOf(["moor", "external"]).default("moor").describe("Who grants roles: this stack, or another team on request."),
      tags: z.record(tagName, tagValue, map("tag names to text")).default({}).describe("Tags of every resource."),
      policyTags: z
        .array(tagName, { error: "a list of tag names" })
        .default([])
        .describe("Names of tags that a policy of the landing zone sets, as it writes them. The stack neither sets nor removes them."),
      alerts: alerts.optional(),
    },
    map(
      "network, and optionally workspace, imageRegistry, logs, logRetentionDays, logDailyCapGB, firewallSku, dns, privateEndpoints, diagnostics, " +
        "roles, tags, policyTags, alerts",
    ),
  )
  .describe("What the endpoints stand on.");

const vllm = z
  .strictObject(
    {
      model: text(/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/, "a Hugging Face id such as Qwen/Qwen2.5-7B-Instruct").describe("Hugging Face id."),
      revision: text(/^[0-9a-f]{40}$/, "a commit, 40 hexadecimal digits")
        .describe("Commit of the model repository. The lock finds the newest one when absent.")
        .optional(),
      configJson: freeText("a path, for instance ./models/my-model/config.json")
        .describe("The model's own config.json, or the folder that holds it, for a model outside the planner's table.")
        .optional(),
      checkpointGiB: z
        .number({ error: "a number of GiB above 0" })
        .positive({ error: "a number of GiB above 0" })
        .describe("Size of the weight files, GiB, where neither the table nor a file beside config.json says it.")
        .optional(),
      context: tokens().describe("Tokens of prompt and answer together; 16k is 16384."),
      concurrencyPerInstance: whole(1, 1024).describe("Requests that one instance works on at once."),
      source: oneOf(["mirror", "hub"])
        .default("mirror")
        .describe("Where weights come from at start: staged in the region (mirror), or Hugging Face (hub, for development)."),
      servedName: freeText("text").describe("Name by which clients ask for the model; the Hugging Face id when absent.").optional(),
      flags: z
        .record(
          text(/^[a-z][a-z0-9-]*$/, "a flag of `vllm serve` without its leading hyphens"),
          z.union([z.string(), z.number(), z.boolean()], { error: "text, a number, true or false" }),
          map("flags of `vllm serve`"),
        )
        .default({})
        .describe("Flags of `vllm serve` set by hand, without leading hyphens; they win over derived ones and are checked against them."),
    },
    map("model, context, concurrencyPerInstance, and optionally revision, configJson, checkpointGiB, source, servedName, flags"),
  )
  .describe("A Hugging Face model served by vLLM, OpenAI-compatible.");

const score = z
  .strictObject(
    {
      path: freeText("a folder, for instance ./docker/score").describe("Folder with score.py and its Dockerfile."),
      image: imageText().describe("Its image; that of moor:images when absent.").optional(),
      concurrencyPerInstance: whole(1, 256).default(1).describe("Requests that one instance works on at once, each in its own worker."),
    },
    map("path, and optionally image, concurrencyPerInstance"),
  )
  .describe("Any model served by a score.py.");

const instances = (because = "Azure's most for a deployment") => whole(1, endpointLimits.instances, because);

/** Under the key of its pattern a deployment says what it serves. */
const patternKeys = { vllm: vllm.optional(), score: score.optional() } satisfies Record<Pattern, z.ZodOptional>;

/** The settings of one deployment. */
export const deployment = z
  .strictObject(
    {
      ...patternKeys,
      size: freeText('a VM size such as Standard_NC24ads_A100_v4, or "auto"').meta({
        description: "VM size, or auto to have it decided.",
        enum: ["auto", ...Object.keys(sizes)],
      }),
      instances: instances().describe("Fixed number of instances. Azure advises 3 for high availability.").optional(),
      scale: z
        .strictObject(
          {
            min: instances("because no deployment scales to zero").describe("Fewest."),
            max: instances().describe("Most; quota must hold it."),
          },
          map("min and max"),
        )
        .describe("Number of instances between two bounds, by requests per minute.")
        .optional(),
      weight: whole(0, 100).describe("Percent of the endpoint's requests. The weights of an endpoint sum to 100, or to 0."),
      mirror: whole(0, endpointLimits.mirrorPercent, "Azure's most")
        .default(0)
        .describe("Percent of the endpoint's requests that are copied here and whose answers are dropped."),
      update: oneOf(["newDeployment", "inPlace"])
        .default("newDeployment")
        .describe("How a changed model, size or flag comes into service: beside the old one (quota for both), or through its instances."),
      keepPrevious: z
        .boolean({ error: "true or false" })
        .default(false)
        .describe(
          "Whether the deployment before a change stays at weight 0, paid for, so that `npm run lock -- -s prod --rollback chat/main` is instant.",
        ),
      check: z
        .strictObject(
          {
            request: z.unknown().describe("Body of a sample request to the scoring route; only with score.").optional(),
            answer: z
              .unknown()
              .describe("An answer of the expected shape: the same keys, values of the same types; only with request.")
              .optional(),
            latency: z
              .number({ error: "seconds, more than 0" })
              .positive({ error: "seconds, more than 0" })
              .describe("Seconds that an answer may take.")
              .optional(),
          },
          map("request, answer, latency"),
        )
        .describe("What the gate asks before traffic, beyond readiness, model, a chat answer and a stream.")
        .optional(),
      requestTimeout: whole(1, endpointLimits.requestTimeoutSeconds, "Azure's most, in seconds")
        .describe("Seconds that a request may take; from the planned speed with vLLM and 60 with a score.py when absent.")
        .optional(),
    },
    map(`${patterns.join(" or ")}, size, scale or instances, weight, and optionally mirror, requestTimeout`),
  )
  .meta({
    allOf: [
      { oneOf: patterns.map((pattern) => ({ required: [pattern] })) },
      { oneOf: [{ required: ["instances"] }, { required: ["scale"] }] },
    ],
  });

const endpoint = z.strictObject(
  {
    name: text(
      physicalNamePattern,
      `${nameLength.min} to ${nameLength.max} lower-case letters, digits and single hyphens, a letter first and no hyphen last`,
    )
      .describe("Name in Azure, unique in the region and fixed for life; `<key>-<stack>-<6 characters>` when absent.")
      .optional(),
    auth: oneOf(["key", "entra"]).describe("How callers prove who they are: a key, or Entra ID."),
    invokers: z
      .array(z.guid({ error: "the object id of a user, group or service principal, a GUID" }), { error: "a list of object ids" })
      .default([])
      .describe("Object ids that may score and nothing else; only with auth: entra."),
    gate: oneOf(["runner", "controlPlane", "off"])
      .default("runner")
      .describe("What stands before traffic: real requests from here, readiness read through ARM, or nothing."),
    deployments: z.record(namePart, deployment, map("labels to deployments")).describe("Deployments by label."),
  },
  map("auth, deployments, and optionally name, invokers, gate"),
);

const quota = z
  .record(
    freeText("a quota family, for instance NCADSA100v4"),
    z.strictObject(
      {
        limit: whole(0, 100_000).describe("Cores that Azure granted to Azure ML for this family in this region."),
        others: whole(0, 100_000).default(0).describe("Cores of it that others use, other stacks of yours included."),
      },
      map("limit, and optionally others"),
    ),
    map("quota families to limits"),
  )
  .default({})
  .describe("Azure ML quota per VM family; what doesn't fit is found before anything is created.");

/** The image of each pattern. */
const imageKeys = { vllm: imageText().optional(), score: imageText().optional() } satisfies Record<Pattern, z.ZodOptional>;

/** The settings under `config:` of a stack file, by their full keys. */
export const settingsSchema = z.strictObject({
  "azure-native:location": freeText("a region, for instance swedencentral").meta({
    description: "Region of every resource of the stack.",
    ...regionNames,
  }),
  "moor:residency": residency,
  "moor:platform": platform,
  "moor:quota": quota,
  "moor:images": z
    .strictObject(imageKeys, map(patterns.join(" and ")))
    .default({})
    .describe("Images in the image registry. A lock records them; without one, a deployment whose image isn't named is left out."),
  "moor:endpoints": z.record(namePart, endpoint, map("keys to endpoints")).describe("Endpoints by key."),
  "moor:lock": oneOf(["required", "none"])
    .default("required")
    .describe("Whether decisions are read from `moor.lock.<stack>.yaml`, or made anew at each run."),
  "moor:alertWebhook": z
    .strictObject({ secure: z.string() })
    .describe("HTTPS address that alerts are posted to, in Azure's common alert schema. Set it with `pulumi config set --secret`.")
    .optional(),
  "moor:huggingFaceToken": z
    .strictObject({ secure: z.string() })
    .describe("Token for gated models with source: hub. Set it with `pulumi config set --secret`.")
    .optional(),
  "moor:huggingFaceTokenExpires": z.iso
    .date({ error: "a date, for instance 2027-03-01" })
    .describe(
      "Date on which the token expires. Its Key Vault secret gets this expiry date; previews warn 30 days before. A policy may require one.",
    )
    .optional(),
});

/** The settings of a stack, as checked. */
export type Settings = z.output<typeof settingsSchema>;
export type PlatformSettings = Settings["moor:platform"];
export type EndpointSettings = Settings["moor:endpoints"][string];
export type DeploymentSettings = EndpointSettings["deployments"][string];

/** A whole stack file, as an editor sees it. */
export const stackFileSchema = z.looseObject({ config: settingsSchema.describe("Settings of the stack.") });
