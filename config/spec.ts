/** A stack as components need it: checked, with defaults filled in and decisions made. Plain values only, no secret. */
import type { DesiredDeployment } from "../planner/rollout";

/** The normalised stack. */
export interface StackSpec {
  readonly project: string;
  /** Name of the Pulumi stack. */
  readonly name: string;
  /** Region, as ARM writes it. */
  readonly location: string;
  readonly residency: ResidencySpec;
  readonly platform: PlatformSpec;
  /** Azure ML quota by VM family, cores. */
  readonly quota: Readonly<Record<string, { readonly limit: number; readonly others: number }>>;
  readonly endpoints: readonly EndpointSpec[];
  /** Deployments that can't be made yet. */
  readonly skipped: readonly SkippedDeployment[];
  /** Date on which the Hugging Face token expires. */
  readonly tokenExpires?: string;
  /** `lock`: read from moor.lock.<stack>.yaml. `computed`: made in this run. */
  readonly decisionsFrom: "lock" | "computed";
  /** What a reader of the preview should know, one sentence each. */
  readonly notes: readonly string[];
}

/** Where data may be. */
export interface ResidencySpec {
  /** The geography that the stack file names, when it names one. */
  readonly geography?: string;
  /** Regions in which data may be. */
  readonly regions: readonly string[];
}

/** What the endpoints stand on. An id that is absent means that the stack creates the resource. */
export interface PlatformSpec {
  readonly network: CreatedNetworkSpec | ExistingNetworkSpec;
  readonly workspaceId?: string;
  readonly imageRegistryId?: string;
  readonly logsId?: string;
  readonly dns: "moor" | "policy";
  readonly privateEndpoints: "moor" | "policy";
  readonly diagnostics: "moor" | "policy";
  readonly roles: "moor" | "external";
  readonly tags: Readonly<Record<string, string>>;
  /** Names of tags that a policy of the landing zone sets. */
  readonly policyTags: readonly string[];
  readonly firewallSku: "Basic" | "Standard";
  readonly logRetentionDays: number;
  /** GB a day. @default - no cap */
  readonly logDailyCapGB?: number;
  /** @default - no alerts */
  readonly alerts?: AlertsSpec;
}

/** Who is told of failed and slow requests, and when. A webhook is a secret, and so not in here. */
export interface AlertsSpec {
  readonly emails: readonly string[];
  /** ARM ids of existing action groups. */
  readonly actionGroups: readonly string[];
  /** @default - from the request timeouts of the endpoint's deployments */
  readonly latencySeconds?: number;
  readonly failuresPerMinute: number;
}

/** A virtual network that the stack creates. */
export interface CreatedNetworkSpec {
  readonly addressSpace: string;
  /** IPv4 addresses of the network's DNS servers. @default - Azure DNS */
  readonly dnsServers?: readonly string[];
  /** ARM id of the subnet's network security group. @default - the stack creates one */
  readonly securityGroupId?: string;
  readonly subnetId?: undefined;
}

/** A network of the landing zone. */
export interface ExistingNetworkSpec {
  readonly subnetId: string;
  readonly addressSpace?: undefined;
  readonly securityGroupId?: undefined;
}

/** One online endpoint. */
export interface EndpointSpec {
  readonly key: string;
  /** Name in Azure when the stack file sets it; otherwise `<key>-<stack>-<6 characters>`. */
  readonly name?: string;
  readonly auth: "key" | "entra";
  /** Object ids that may score. */
  readonly invokers: readonly string[];
  readonly gate: "runner" | "controlPlane" | "off";
  readonly deployments: readonly DeploymentSpec[];
}

/** One deployment that can be made; the weights of an endpoint's sum to 100 over those that can be made, or to 0. */
export type DeploymentSpec = DesiredDeployment;

/** A deployment that is left out of this run. */
export interface SkippedDeployment {
  readonly endpoint: string;
  readonly label: string;
  /** What is missing, and the command or setting that supplies it. */
  readonly message: string;
}
