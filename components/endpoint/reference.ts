import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import type { Privacy } from "../base/privacy";
import type { Grant, RoleTimes } from "../identity";
import type { WorkspaceReference } from "../workspace";

/** What deployments, traffic and monitoring need to know of an endpoint. An `OnlineEndpoint` is one. */
export interface EndpointReference {
  /** ARM id. */
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly workspace: WorkspaceReference;
  /** Azure, with the endpoint's credential. */
  readonly azure: ArmClient;
  /** When Azure made it; tells a re-created endpoint from the one before. */
  readonly createdAt: pulumi.Output<string>;
  /** The endpoint as it was asked for, without traffic. */
  readonly body: machinelearningservices.OnlineEndpointArgs;
  /** What must hold of everything that is written to the endpoint. */
  readonly privacy: EndpointPrivacy;
  /** When the identity's roles were granted. */
  readonly roleTimes: RoleTimes;
  /** Roles that the identity needs and that others grant; none where this stack does. */
  readonly roleRequests: readonly Grant[];
}

export interface EndpointPrivacy {
  readonly requirements: Privacy;
  /** The endpoint's arguments before any transform. */
  readonly before: machinelearningservices.OnlineEndpointArgs;
}
