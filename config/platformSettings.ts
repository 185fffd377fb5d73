/** The schema of `moor:platform` in the stack file. */
import * as z from "zod";
import { alertLimits, dnsServersPerNetwork, endpointLimits, logRetentionDays, tagLimits } from "../azure/limits";
import { armTypeOf } from "../azure/resourceTypes";
import { armId, createOrId, freeText, map, objectId, oneOf, text, whole } from "./leaves";

const network = z
  .strictObject(
    {
      create: z
        .strictObject(
          {
            addressSpace: freeText("an IPv4 range such as 10.40.0.0/22").describe("IPv4 range of the virtual network, /24 or larger."),
            dnsServers: z
              .array(z.ipv4({ error: "an IPv4 address" }), { error: "a list of IPv4 addresses" })
              .min(1, { error: "a list of at least one IPv4 address" })
              .max(dnsServersPerNetwork, { error: `a list of at most ${dnsServersPerNetwork} IPv4 addresses` })
              .describe(
                "DNS servers of the network. They must forward the private DNS zones to Azure DNS (168.63.129.16). Default: Azure DNS.",
              )
              .optional(),
            securityGroup: createOrId(armTypeOf("network:NetworkSecurityGroup")).describe(
              "Network security group of the subnet: `create`, or the resource ID of an existing one in the same region and subscription.",
            ),
            scripts: z
              .boolean({ error: "true or false" })
              .describe(
                "Whether the stack creates a subnet for deployment scripts, with outbound access to the internet. Required for `mirror --via azure`. Default: false.",
              )
              .optional(),
          },
          map("addressSpace, and optionally dnsServers, securityGroup, scripts"),
        )
        .describe("The stack creates a virtual network.")
        .optional(),
      existing: z
        .strictObject(
          {
            subnetId: armId(armTypeOf("network:Subnet")).describe("Resource ID of the subnet for private endpoints."),
            scriptsSubnetId: armId(armTypeOf("network:Subnet"))
              .describe(
                "Resource ID of a subnet for deployment scripts. The subnet must be delegated to Microsoft.ContainerInstance/containerGroups and have outbound access to the internet. Required for `mirror --via azure`.",
              )
              .optional(),
          },
          map("subnetId, and optionally scriptsSubnetId"),
        )
        .describe("The stack uses an existing virtual network.")
        .optional(),
    },
    map("create or existing"),
  )
  .meta({
    description: "Network from which clients reach the endpoints.",
    oneOf: [{ required: ["create"] }, { required: ["existing"] }],
  });

const tagName = text(
  new RegExp(`^[^<>%&\\\\?/]{1,${tagLimits.nameLength}}$`),
  `a tag name of at most ${tagLimits.nameLength} characters, none of them < > % & \\ ? /`,
);
const longestTagValue = `text of at most ${tagLimits.valueLength} characters`;
const tagValue = z.string({ error: `${longestTagValue}; numbers require quotes` }).max(tagLimits.valueLength, { error: longestTagValue });

/** Each operator gets two role assignments. */
const mostOperators = 100;

const owner = oneOf(["moor", "policy"]);

const alerts = z
  .strictObject(
    {
      emails: z
        .array(z.email({ error: "an email address" }), { error: "a list of email addresses" })
        .max(alertLimits.emails, { error: `a list of at most ${alertLimits.emails} email addresses` })
        .default([])
        .describe("Email addresses that receive alerts."),
      actionGroups: z
        .array(armId(armTypeOf("monitor:ActionGroup")), { error: "a list of resource IDs of action groups" })
        .max(alertLimits.actionGroups - 1, { error: `a list of at most ${alertLimits.actionGroups - 1} resource IDs of action groups` })
        .default([])
        .describe(
          "Resource IDs of existing action groups that receive alerts, in addition to the action group that the stack creates for `emails` and the webhook.",
        ),
      latencySeconds: whole(1, endpointLimits.requestTimeoutSeconds, "Azure's maximum request timeout")
        .describe(
          "Alert threshold for the 95th percentile of the request latency, in seconds. Default: 99% of the longest request timeout of the endpoint.",
        )
        .optional(),
      failuresPerMinute: whole(0, 100_000).default(5).describe("Number of failed requests per minute above which an alert is raised."),
    },
    map("emails, actionGroups, latencySeconds, failuresPerMinute"),
  )
  .describe("Alerts on failed requests and latency. Default: no alerts.");

export const platform = z
  .strictObject(
    {
      network,
      workspace: createOrId(armTypeOf("machinelearningservices:Workspace")).describe(
        "Azure Machine Learning workspace: `create`, or the resource ID of an existing one.",
      ),
      imageRegistry: createOrId(armTypeOf("containerregistry:Registry")).describe(
        "Container registry of the images: `create`, or the resource ID of an existing one.",
      ),
      logs: createOrId(armTypeOf("operationalinsights:Workspace")).describe(
        "Log Analytics workspace: `create`, or the resource ID of an existing one.",
      ),
      logRetentionDays: whole(logRetentionDays.min, logRetentionDays.max, "Azure's limits, in days")
        .default(90)
        .describe("Log retention of the Log Analytics workspace that the stack creates, in days."),
      logDailyCapGB: whole(1, 100_000)
        .describe(
          "Daily cap of the Log Analytics workspace that the stack creates, in GB. When it is reached, ingestion stops until the next day. Default: no cap.",
        )
        .optional(),
      logQueries: oneOf(["public", "private"])
        .default("public")
        .describe(
          "Networks from which the logs of the stack can be queried: any network, with Microsoft Entra ID (`public`), or only networks with an Azure Monitor Private Link Scope (`private`), which the owner of the network manages.",
        ),
      hbiWorkspace: z
        .boolean({ error: "true or false" })
        .describe(
          "Whether the workspace that the stack creates is for data of high business impact: Microsoft collects fewer diagnostics, and temporary disks are encrypted. You can't change it after the workspace is created. Default: true for a new workspace; an existing workspace keeps its value.",
        )
        .optional(),
      identityIsolationScope: oneOf(["Regional", "None"])
        .default("Regional")
        .describe(
          "Isolation scope of the managed identities that the stack creates: they can be assigned only to resources in their own region (`Regional`) or in any region (`None`). Target resources, such as an existing container registry, can be in another region.",
        ),
      storageRedundancy: oneOf(["LRS", "ZRS"])
        .default("LRS")
        .describe(
          "Redundancy of the storage accounts that the stack creates: in one data center (`LRS`), or in three availability zones of the region (`ZRS`). You can't change it after the account is created.",
        ),
      firewallSku: oneOf(["Basic", "Standard"])
        .default("Basic")
        .describe(
          "SKU of the firewall in the managed network of the workspace that the stack creates. Azure creates the firewall with the first FQDN rule (`source: hub`). You can't change the SKU while the firewall exists.",
        ),
      dns: owner
        .default("moor")
        .describe("How private DNS zones are linked: by the stack (`moor`) or by a policy of the landing zone (`policy`)."),
      privateEndpoints: owner
        .default("moor")
        .describe("Who creates private endpoints: the stack (`moor`) or a policy of the landing zone (`policy`)."),
      diagnostics: owner
        .default("moor")
        .describe("Who creates diagnostic settings: the stack (`moor`) or a policy of the landing zone (`policy`)."),
      roles: oneOf(["moor", "external"])
        .default("moor")
        .describe("How roles are assigned: by the stack (`moor`) or by another team (`external`)."),
      tags: z.record(tagName, tagValue, map("tag names to text")).default({}).describe("Tags of all resources."),
      policyTags: z
        .array(tagName, { error: "a list of tag names" })
        .default([])
        .describe(
          "Names of tags that a policy of the landing zone sets, in the policy's spelling. The stack neither sets nor removes these tags.",
        ),
      alerts: alerts.optional(),
      operators: z
        .array(objectId, { error: "a list of object IDs" })
        .max(mostOperators, { error: `a list of at most ${mostOperators} object IDs` })
        .default([])
        .describe(
          "Object IDs of users, groups or service principals that publish images and stage weights. They get the roles AcrPush on the container registry and Storage Blob Data Contributor on the storage account.",
        ),
      networkRuleBypassAllowedForTasks: z
        .boolean({ error: "true or false" })
        .describe(
          "Whether ACR tasks with a system-assigned identity can bypass the network rules of the container registry that the stack creates. Required for images with `via: task`. Default: not set, which Azure treats as false.",
        )
        .optional(),
    },
    map(
      "network, and optionally workspace, imageRegistry, logs, logRetentionDays, logDailyCapGB, logQueries, hbiWorkspace, identityIsolationScope, storageRedundancy, firewallSku, dns, privateEndpoints, diagnostics, " +
        "roles, tags, policyTags, alerts, operators, networkRuleBypassAllowedForTasks",
    ),
  )
  .describe("Network, workspace, and other resources that the endpoints share.");
