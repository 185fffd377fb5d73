/** Isolation of workspaces and their computes, and diagnostics of Microsoft. */
import { armTypeOf } from "../../azure/resourceTypes";
import { propertyRule, type Rule } from "../rule";
import { emptyRule } from "./checks";
import { WORKSPACE } from "./types";

const COMPUTE = armTypeOf("machinelearningservices:Compute");
const outside = "the compute can be reached from outside the network";

export const workspaceRules: readonly Rule[] = [
  propertyRule({
    code: "MOOR470",
    types: [WORKSPACE],
    property: "properties.managedNetwork.isolationMode",
    allowed: ["AllowOnlyApprovedOutbound"],
    consequence: "deployments can send data anywhere",
    remedy: "Set `isolationMode` to `AllowOnlyApprovedOutbound`. It can't be changed later: an existing workspace must be replaced.",
  }),
  propertyRule({
    code: "MOOR470",
    types: [WORKSPACE],
    property: "properties.v1LegacyMode",
    allowed: [false, undefined],
    consequence: "the workspace's network settings don't apply to endpoints",
    remedy: "Set `v1LegacyMode` to false. The policy e413671a-dd10-4cc1-a943-45b598596cb7 then requires an exemption.",
  }),
  emptyRule({
    code: "MOOR470",
    types: [WORKSPACE],
    property: "properties.sharedPrivateLinkResources",
    consequence: "the workspace can connect to a resource for which it has no outbound rule",
    remedy: "Remove the entry, and create an outbound rule.",
  }),
  propertyRule({
    code: "MOOR479",
    types: [armTypeOf("machinelearningservices:WorkspaceConnection")],
    property: "properties.isSharedToAll",
    allowed: [false, undefined],
    consequence: "all users of the workspace and of its projects use its credentials",
  }),
  propertyRule({
    code: "MOOR475",
    types: [WORKSPACE],
    property: "properties.hbiWorkspace",
    allowed: [true],
    consequence: "Microsoft collects more diagnostic data, and temporary disks of instances aren't encrypted",
  }),
  propertyRule({
    code: "MOOR471",
    types: [WORKSPACE],
    property: "properties.serverlessComputeSettings.serverlessComputeNoPublicIP",
    allowed: [true, undefined],
    consequence: "serverless computes have public IP addresses",
  }),
  ...[
    { property: "properties.properties.enableNodePublicIp", allowed: [false, undefined] },
    { property: "properties.properties.remoteLoginPortPublicAccess", allowed: ["Disabled", "NotSpecified", undefined] },
    { property: "properties.properties.sshSettings.sshPublicAccess", allowed: ["Disabled", undefined] },
  ].map((row) => propertyRule({ code: "MOOR471", types: [COMPUTE], ...row, consequence: outside })),
  propertyRule({
    code: "MOOR477",
    types: [armTypeOf("resources:Deployment")],
    property: "properties.debugSetting.detailLevel",
    allowed: ["none", undefined],
    consequence: "Azure stores the bodies of its requests or responses, which can contain secrets",
  }),
];
