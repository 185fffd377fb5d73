import type { Draft } from "../schemaTools";
import type { DeploymentSettings, EndpointSettings, PlatformSettings, Settings } from "../stackFile";

/** Settings of which any part may be missing because it was wrong; rules look at what is there. */
export type SettingsDraft = Draft<Settings>;
export type PlatformDraft = Draft<PlatformSettings>;
export type EndpointDraft = Draft<EndpointSettings>;
export type DeploymentDraft = Draft<DeploymentSettings>;
