/** Types of resources that hold data or serve requests. */
import { armTypeOf } from "../../azure/resourceTypes";

/** What a resource of a type holds. Completes "It contains ". */
const contents = {
  "Microsoft.Resources/resourceGroups": "all resources of the stack with their data",
  [armTypeOf("machinelearningservices:Workspace")]: "models, environments, the history of deployments, and the online endpoints",
  [armTypeOf("machinelearningservices:Registry")]: "models and environments",
  [armTypeOf("machinelearningservices:ModelVersion")]: "the registration of a model that deployments use",
  [armTypeOf("machinelearningservices:EnvironmentVersion")]: "an environment that deployments use",
  [armTypeOf("storage:StorageAccount")]: "model weights, code and collected requests",
  [armTypeOf("storage:BlobContainer")]: "model weights, code or collected requests",
  [armTypeOf("keyvault:Vault")]: "the keys of the endpoints and other secrets",
  [armTypeOf("containerregistry:Registry")]: "the images of the deployments",
  [armTypeOf("operationalinsights:Workspace")]: "logs and traces",
  [armTypeOf("applicationinsights:Component")]: "the access to traces",
} as const satisfies Readonly<Record<string, string>>;

const contentsByType: ReadonlyMap<string, string> = new Map(Object.entries(contents).map(([type, text]) => [type.toLowerCase(), text]));

export const endpointType = armTypeOf("machinelearningservices:OnlineEndpoint");
export const deploymentType = armTypeOf("machinelearningservices:OnlineDeployment");

/** ARM types of resources that hold data. */
const dataTypes: readonly string[] = Object.keys(contents);

/** ARM types of resources whose replacement or removal loses data or interrupts service. */
export const valuableTypes: readonly string[] = [...dataTypes, endpointType, deploymentType];

/** What a resource of a type holds. Undefined if it holds no data. */
export function contentsOf(type: string): string | undefined {
  return contentsByType.get(type.toLowerCase());
}
