/** Origins of models, code, images and data: assets that deployments load, and assets that collect data. */
import { parseArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import type { FindingCode } from "../codes";
import { DOCKER_IMAGE } from "../read/pulumi";
import type { ResourceSet, RuleResource } from "../resource";
import { checked, type Rule, type RuleContext } from "../rule";
import { isOpaque, type Value, valuesAt, valueText } from "../values";
import { byHost, flowCheck, flowRules } from "./flows";
import { judgeHost, urlsIn } from "./host";
import { judgeImage } from "./image";
import { holds, type Judgement, judgeRegion, judgeRegionOf, opaque, violated } from "./judgement";
import { judgeTarget } from "./target";

const deployment = armTypeOf("machinelearningservices:OnlineDeployment");
const registries = armTypeOf("machinelearningservices:Registry");
const workspace = armTypeOf("machinelearningservices:Workspace");
const batchDeployment = "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments";

/** Properties that name an asset, by what the stack does with it. */
const REFERENCES: readonly { readonly types: readonly string[]; readonly properties: readonly string[]; readonly flow: string }[] = [
  {
    types: [deployment, batchDeployment],
    properties: ["properties.model", "properties.model.assetId", "properties.environmentId", "properties.codeConfiguration.codeId"],
    flow: "It loads",
  },
  {
    types: [`${workspace}/serverlessEndpoints`, `${workspace}/marketplaceSubscriptions`],
    properties: ["properties.modelSettings.modelId", "properties.modelId"],
    flow: "It serves",
  },
  { types: [deployment], properties: ["properties.dataCollector.collections.*.dataId"], flow: "It stores requests and answers in" },
  { types: versions("models"), properties: ["properties.modelUri"], flow: "The model is loaded from" },
  { types: versions("codes"), properties: ["properties.codeUri"], flow: "The code is loaded from" },
  { types: versions("data"), properties: ["properties.dataUri"], flow: "Data is stored in" },
  { types: versions("environments"), properties: ["properties.build.contextUri"], flow: "The image is built from" },
];

function versions(kind: string): string[] {
  return ["workspaces", "registries"].map((owner) => `Microsoft.MachineLearningServices/${owner}/${kind}/versions`);
}

const referenceRules: readonly Rule[] = REFERENCES.map(({ types, properties, flow }) => ({
  code: "MOOR417",
  types,
  check: (resource, context) =>
    properties.flatMap((pattern) =>
      valuesAt(resource.body, pattern)
        // A model can be an ID or an object with an ID.
        .filter(({ path, value }) => pattern !== "properties.model" || path !== pattern || typeof value !== "object")
        .filter(({ path }) => pattern !== "properties.model.assetId" || path === pattern)
        .map(({ path, value }) => {
          const { code, judgement } = judgeAsset(value, context);
          return flowCheck({ code, flow }, resource, path, value, judgement, context);
        }),
    ),
}));

/** Images of environments, and packages that are added to them. */
const imageRules: readonly Rule[] = [
  ...flowRules([
    {
      code: "MOOR417",
      types: versions("environments"),
      properties: ["properties.image"],
      flow: "The image is pulled from",
      judge: judgeImage,
    },
  ]),
  {
    code: "MOOR417",
    types: versions("environments"),
    check: (resource) =>
      valuesAt(resource.body, "properties.condaFile").map(({ path, value }) => {
        const problem = isOpaque(value)
          ? `Its packages are ${valueText(value)}.`
          : "Azure installs packages from the internet in the image.";
        return checked("MOOR417", isOpaque(value) ? "unknown" : "violated", resource, path, isOpaque(value) ? value : "set", {
          problem,
          allowed: "not set",
        });
      }),
  },
];

/** Images that the program pushes. */
const pushRules: readonly Rule[] = flowRules([
  { code: "MOOR417", types: [DOCKER_IMAGE], properties: ["properties.imageName"], flow: "The image is pushed to", judge: judgeImage },
  { code: "MOOR417", types: [DOCKER_IMAGE], properties: ["properties.server"], flow: "The image is pushed to", judge: byHost },
]);

/** Regions of a registry of Azure Machine Learning: it replicates its assets to all of them. */
const registryRegionsRule: Rule = {
  code: "MOOR414",
  types: [registries],
  check: (resource, context) =>
    valuesAt(resource.body, "properties.regionDetails.*.location").map(({ path, value }) =>
      flowCheck(
        { code: "MOOR414", flow: "Its assets are replicated to" },
        resource,
        path,
        value,
        judgeRegion(value, context.contract),
        context,
      ),
    ),
};

export const assetRules: readonly Rule[] = [...referenceRules, ...imageRules, ...pushRules, registryRegionsRule];

interface JudgedAsset {
  readonly code: FindingCode;
  readonly judgement: Judgement;
}

/** Judges an asset by its ARM ID, its `azureml:` name or URI, or its URL. */
function judgeAsset(value: Value, context: RuleContext): JudgedAsset {
  const origin = (judgement: Judgement): JudgedAsset => ({ code: "MOOR417", judgement });
  const unreadable = opaque(value);
  if (unreadable !== undefined) return origin(unreadable);
  if (typeof value !== "string" || value.trim() === "") return origin(violated("is not the ID of an asset"));
  const registry =
    /^azureml:\/\/registries\/([^/]+)/i.exec(value)?.[1] ??
    /\/registries\/([^/]+)\/(?:models|environments|codes|components|data)\//i.exec(value)?.[1];
  if (registry !== undefined) return { code: "MOOR414", judgement: judgeRegistry(registry, context) };
  if (parseArmId(value) !== undefined) return origin(judgeTarget(value, context));
  return origin(judgeUri(value, context));
}

/** `azureml://locations/<region>/…`, `azureml://subscriptions/…/workspaces/<name>/…`, or a place in the workspace itself. */
function judgeUri(value: string, context: RuleContext): Judgement {
  const region = /^azureml:\/\/locations\/([^/]+)/i.exec(value)?.[1];
  if (region !== undefined) return judgeRegion(region, context.contract);
  const [, subscription, group, workspace] =
    /^azureml:\/\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/(?:providers\/Microsoft\.MachineLearningServices\/)?workspaces\/([^/]+)/i.exec(
      value,
    ) ?? [];
  if (workspace !== undefined) {
    return judgeTarget(
      `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`,
      context,
    );
  }
  // The workspace's own datastores and jobs, and `azureml:<name>:<version>`, a version in the workspace. Datastores have a rule of their own.
  if (/^azureml:\/\/(datastores|jobs)\//i.test(value) || /^azureml:[^/]/i.test(value) || /^runs:\//i.test(value)) return holds;
  if (urlsIn(value).length > 0) return judgeHost(accountUrl(value), context);
  return violated("is not the ID or the URI of an asset");
}

/** `abfss://<container>@<account>…` names a host after the container. The container isn't a user name. */
function accountUrl(value: string): string {
  return value.replace(/^(abfss?|wasbs?):\/\/[^/@]*@/i, "https://");
}

/** A registry of the stack is judged by all of its regions. Microsoft's registries are in many. */
function judgeRegistry(name: string, { contract, resources }: RuleContext): Judgement {
  const found = registryOf(name, resources);
  if (found === undefined) return violated(`is in the asset registry ${name}, whose regions aren't limited to the residency`);
  const regions = valuesAt(found.body, "properties.regionDetails.*.location").map(({ value }) => value);
  const judged = [judgeRegionOf(found, contract), ...regions.map((region) => judgeRegion(region, contract))];
  return judged.find(({ outcome }) => outcome === "violated") ?? judged.find(({ outcome }) => outcome === "unknown") ?? holds;
}

function registryOf(name: string, resources: ResourceSet): RuleResource | undefined {
  return resources.ofType(registries).find(({ id }) => id?.toLowerCase().endsWith(`/registries/${name.toLowerCase()}`));
}
