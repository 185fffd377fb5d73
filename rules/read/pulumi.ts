/** Resources of Pulumi, from a running program, `pulumi preview --json` or a state, in ARM's form. */
import type { RuleResource } from "../resource";
import { type Body, valueAt } from "../values";
import { principalIdOf } from "./principal";
import { toArm } from "./shape";
import { shapeOf } from "./shapes";
import { templateResources } from "./templates";
import { parseToken } from "./token";
import { armTypeOfToken } from "./types";

/** A resource of Pulumi. Unknown values are UNKNOWN, secrets are SECRET. */
export interface PulumiResource {
  /** Type token, for example `azure-native:storage:StorageAccount`. */
  readonly token: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: Body;
  /** ARM ID, if known. @default - computed from the inputs */
  readonly id?: string;
  /** Outputs, from which only the object ID of its managed identity is read. @default - the resource isn't known to have one */
  readonly outputs?: Body;
}

/**
 * Returns the resources of ARM that a resource of Pulumi writes: usually one. An untyped resource (`azure-native:resources:Resource`) counts as its
 * ARM type. A template deployment (`azure-native:resources:Deployment`) gives itself and each resource in its template, at any depth. Resources of
 * other providers and components give none, except images that Docker pushes.
 * @param subscriptionId Completes the ARM IDs. @default - IDs that need it are undefined
 */
export function ruleResources({ token, name, inputs, id, outputs }: PulumiResource, subscriptionId?: string): RuleResource[] {
  if (token === DOCKER_IMAGE) return [pushedImage(name, inputs)];
  const parsed = parseToken(token);
  if (parsed === undefined) return [];
  const arm = armTypeOfToken(parsed.name, inputs, subscriptionId);
  const principalId = outputs === undefined ? undefined : principalIdOf(parsed.name, inputs, outputs);
  const resource: RuleResource = {
    name,
    type: arm.type,
    id: id || arm.id,
    apiVersion: parsed.apiVersion ?? arm.apiVersion,
    body: armBody(parsed.name, inputs, arm.parameters),
    from: "planned",
    ...(principalId === undefined ? {} : { principalId }),
  };
  return [resource, ...templateResources(resource)];
}

/** An image that Docker builds and pushes to a registry. Its token stands for an ARM type. */
export const DOCKER_IMAGE = "docker:index/image:Image";

/** Where an image is pushed to. The rest of the inputs, such as the password, has no meaning for the rules. */
function pushedImage(name: string, inputs: Body): RuleResource {
  const properties: Body = { imageName: inputs.imageName, server: valueAt(inputs, "registry.server") };
  return { name, type: DOCKER_IMAGE, body: { properties }, from: "planned" };
}

/** Inputs and outputs that ARM has outside of the body, or that only azure-native has. */
const outside: ReadonlySet<string> = new Set(["azureApiVersion", "etag", "id", "name", "skipValidation", "type"]);

function armBody(name: string, inputs: Body, parameters: readonly string[]): Body {
  // The body of an autoscale setting contains its name.
  const isInBody = (key: string) =>
    (!outside.has(key) && !parameters.includes(key)) || (key === "name" && name === "monitor:AutoscaleSetting");
  const written = Object.fromEntries(Object.entries(inputs).filter(([key]) => isInBody(key)));
  return toArm(written, shapeOf(name, inputs));
}
