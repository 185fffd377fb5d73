import type { AuthMode } from "./directory";

/** The properties of ARM bodies that the scoring proxy reads, at this API version of Microsoft.MachineLearningServices. */
export const machineLearningVersion = "2025-12-01";

export interface ArmWorkspace {
  readonly id: string;
}

export interface ArmEndpoint {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly properties: {
    readonly authMode: AuthMode;
    readonly publicNetworkAccess?: "Enabled" | "Disabled" | null;
    readonly traffic?: Readonly<Record<string, number>> | null;
    readonly mirrorTraffic?: Readonly<Record<string, number>> | null;
  };
}

export interface ArmProbe {
  readonly initialDelay?: string;
  readonly period?: string;
  readonly timeout?: string;
  readonly failureThreshold?: number;
}

export interface ArmDeployment {
  readonly name: string;
  readonly systemData?: { readonly createdAt?: string; readonly lastModifiedAt?: string } | null;
  readonly sku?: { readonly capacity?: number } | null;
  readonly properties: {
    readonly provisioningState: string;
    readonly environmentId?: string | null;
    readonly environmentVariables?: Readonly<Record<string, string>> | null;
    readonly model?: string | null;
    readonly readinessProbe?: ArmProbe | null;
    readonly livenessProbe?: ArmProbe | null;
    readonly requestSettings?: { readonly requestTimeout?: string; readonly maxConcurrentRequestsPerInstance?: number } | null;
  };
}

export interface ArmRoute {
  readonly path: string;
  readonly port: number;
}

export interface ArmEnvironmentVersion {
  readonly properties: {
    readonly inferenceConfig?: {
      readonly scoringRoute?: ArmRoute;
      readonly readinessRoute?: ArmRoute;
      readonly livenessRoute?: ArmRoute;
    } | null;
  };
}
