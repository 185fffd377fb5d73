import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import type { Privacy } from "../base/privacy";
import type { Grant, RoleTimes } from "../identity";
import type { WorkspaceReference } from "../workspace";

/** An endpoint, for components that create deployments, traffic or monitoring. `OnlineEndpoint` implements it. */
export interface EndpointReference {
  /** ARM ID. */
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly workspace: WorkspaceReference;
  /** Azure Resource Manager client with the credential of the endpoint's provider. */
  readonly azure: ArmClient;
  /** Creation time, ISO 8601. It distinguishes a re-created endpoint from the previous one. */
  readonly createdAt: pulumi.Output<string>;
  /** Arguments of the endpoint's resource, without traffic. */
  readonly body: machinelearningservices.OnlineEndpointArgs;
  /** Requirements for all writes to the endpoint. */
  readonly privacy: EndpointPrivacy;
  /** Creation times of the identity's role assignments. */
  readonly roleTimes: RoleTimes;
  /** With `roles: external`: the roles that the identity requires. Otherwise empty. */
  readonly roleRequests: readonly Grant[];
}

export interface EndpointPrivacy {
  readonly requirements: Privacy;
  /** The endpoint's arguments before any transform. */
  readonly before: machinelearningservices.OnlineEndpointArgs;
}
