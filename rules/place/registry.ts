/** Copies and transfers of a registry's images. */
import { armTypeOf } from "../../azure/resourceTypes";
import { propertyRule, type Rule } from "../rule";
import { forbidden } from "./existence";
import { byHost, byRegion, flowRules } from "./flows";
import { judgeImage } from "./image";

const registry = armTypeOf("containerregistry:Registry");

export const registryRules: readonly Rule[] = [
  ...flowRules([
    {
      code: "MOOR404",
      types: [armTypeOf("containerregistry:Replication")],
      properties: ["location"],
      flow: "The registry is replicated to",
      judge: byRegion,
    },
    {
      code: "MOOR416",
      types: [`${registry}/exportPipelines`],
      properties: ["properties.target.uri"],
      flow: "Images are exported to",
      judge: byHost,
    },
    {
      code: "MOOR417",
      types: [`${registry}/importPipelines`],
      properties: ["properties.source.uri"],
      flow: "Images are imported from",
      judge: byHost,
    },
    {
      code: "MOOR417",
      types: [`${registry}/cacheRules`],
      properties: ["properties.sourceRepository"],
      flow: "Images are pulled through a cache from",
      judge: judgeImage,
    },
    {
      code: "MOOR417",
      types: [`${registry}/credentialSets`],
      properties: ["properties.loginServer"],
      flow: "The registry signs in to",
      judge: byHost,
    },
    {
      code: "MOOR417",
      types: [armTypeOf("containerregistry:Task"), armTypeOf("containerregistry:TaskRun")],
      properties: [
        "properties.step.contextPath",
        "properties.runRequest.step.contextPath",
        "properties.runRequest.sourceLocation",
        "properties.trigger.sourceTriggers.*.sourceRepository.repositoryUrl",
      ],
      flow: "The task loads files from",
      judge: byHost,
    },
  ]),
  forbidden({
    code: "MOOR404",
    types: [`${registry}/connectedRegistries`],
    property: "properties.mode",
    problem: "A connected registry copies images to a registry outside Azure.",
    remedy: "Remove the connected registry.",
  }),
  propertyRule({
    code: "MOOR416",
    types: [registry],
    property: "properties.policies.exportPolicy.status",
    allowed: ["disabled"],
    consequence: "images can be exported to other registries and storage accounts",
  }),
];
