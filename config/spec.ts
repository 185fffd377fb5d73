/** The specification of a stack for the components: checked settings with defaults, and decisions. Plain values only, no secrets. */
import type { InstancesThing } from "../planner/cost";
import type { PlannedImage } from "../planner/image";
import type { DesiredDeployment } from "../planner/rollout";
import type { GateMode } from "../planner/rollout/gateMode";
import type { Acceptance } from "../rules";

/** The specification of a stack. */
export interface StackSpec {
  readonly project: string;
  /** Name of the Pulumi stack. */
  readonly name: string;
  /** Region, in ARM's spelling. */
  readonly location: string;
  readonly residency: ResidencySpec;
  /** Accepted findings. Entries can have expired. */
  readonly accept: readonly Acceptance[];
  readonly platform: PlatformSpec;
  /** Azure ML quota by VM family, in vCPUs. */
  readonly quota: Readonly<Record<string, { readonly limit: number; readonly others: number }>>;
  readonly endpoints: readonly EndpointSpec[];
  /** The images of the deployments that this run creates, without duplicates (by `imageText`). */
  readonly images: readonly PlannedImage[];
  /** Deployments that can't be created yet. */
  readonly skipped: readonly SkippedDeployment[];
  /** Expiry date of the Hugging Face token. */
  readonly tokenExpires?: string;
  /** `lock`: read from moor.lock.<stack>.yaml. `computed`: computed in this run. */
  readonly decisionsFrom: "lock" | "computed";
  /** Notes for the preview. */
  readonly notes: readonly string[];
}

/** Where data is allowed to be stored. Without `geography` and `countries`, the stack file lists the regions. */
export interface ResidencySpec {
  /** The geography, if the stack file sets one. */
  readonly geography?: string;
  /** Country codes (ISO 3166-1 alpha-2), if the stack file lists countries. */
  readonly countries?: readonly string[];
  /** Allowed regions. */
  readonly regions: readonly string[];
}

/** The platform of the endpoints. The stack creates each resource whose ID is absent. */
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
  /** From where the logs can be queried. */
  readonly logQueries: "public" | "private";
  /** @default - true for a new workspace; an existing one keeps its value */
  readonly hbiWorkspace?: boolean;
  /** Isolation scope of created identities. */
  readonly identityIsolationScope: "Regional" | "None";
  /** Redundancy of created storage accounts. */
  readonly storageRedundancy: "LRS" | "ZRS";
  readonly firewallSku: "Basic" | "Standard";
  readonly logRetentionDays: number;
  /** GB per day. @default - no cap */
  readonly logDailyCapGB?: number;
  /** @default - no alerts */
  readonly alerts?: AlertsSpec;
  /** Object IDs of users, groups or service principals that publish images and stage weights. */
  readonly operators: readonly string[];
  /** Whether tasks can bypass the network rules of the container registry. @default - Azure's default, which is false */
  readonly networkRuleBypassAllowedForTasks?: boolean;
}

/** Receivers and thresholds of alerts on failed and slow requests. The webhook is not included, because it is a secret. */
export interface AlertsSpec {
  readonly emails: readonly string[];
  /** ARM IDs of existing action groups. */
  readonly actionGroups: readonly string[];
  /** @default - derived from the request timeouts of the endpoint's deployments */
  readonly latencySeconds?: number;
  readonly failuresPerMinute: number;
}

/** A virtual network that the stack creates. */
export interface CreatedNetworkSpec {
  readonly addressSpace: string;
  /** IPv4 addresses of the network's DNS servers. @default - Azure DNS */
  readonly dnsServers?: readonly string[];
  /** ARM ID of the subnet's network security group. @default - the stack creates one */
  readonly securityGroupId?: string;
  /** Whether the stack creates a subnet for deployment scripts. @default false */
  readonly scripts?: boolean;
  readonly subnetId?: undefined;
  readonly scriptsSubnetId?: undefined;
}

/** An existing network, for example in a landing zone. */
export interface ExistingNetworkSpec {
  readonly subnetId: string;
  /** ARM ID of an existing subnet for deployment scripts. @default - none */
  readonly scriptsSubnetId?: string;
  readonly scripts?: undefined;
  readonly addressSpace?: undefined;
  readonly securityGroupId?: undefined;
}

/** One online endpoint. */
export interface EndpointSpec {
  readonly key: string;
  /** Name in Azure. @default - `<key>-<stack>-<6 characters>` */
  readonly name?: string;
  readonly auth: "key" | "entra";
  /** Object IDs that are allowed to send requests. */
  readonly invokers: readonly string[];
  readonly gate: GateMode;
  readonly deployments: readonly DeploymentSpec[];
}

/** A deployment that can be created. The weights of these deployments sum to 100 or 0 per endpoint. */
export type DeploymentSpec = DesiredDeployment;

/** A deployment that is skipped in this run. */
export interface SkippedDeployment {
  readonly endpoint: string;
  readonly label: string;
  /** Explains what is missing and how to supply it, and what the deployment costs then. */
  readonly message: string;
  /** The instances that it will have. @default - the decision is missing */
  readonly instances?: readonly InstancesThing[];
}
