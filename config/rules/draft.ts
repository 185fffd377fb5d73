import type { Draft } from "../schemaTools";
import type { DeploymentSettings, EndpointSettings, PlatformSettings, Settings } from "../stackFile";

/** Settings in which any invalid part is missing. Rules check the parts that exist. */
export type SettingsDraft = Draft<Settings>;
export type PlatformDraft = Draft<PlatformSettings>;
export type EndpointDraft = Draft<EndpointSettings>;
export type DeploymentDraft = Draft<DeploymentSettings>;
