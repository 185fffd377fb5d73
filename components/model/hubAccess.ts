import type * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import type * as random from "@pulumi/random";
import { HUB_HOSTS } from "../../facts/hub";
import type { Transform } from "../base/transform";
import type { WorkspaceReference } from "../workspace";
import { createOutboundRules, type OutboundRules } from "../workspace";
import { createHubToken } from "./hubToken";

export interface HubAccessArgs {
  readonly workspace: WorkspaceReference;
  /** ARM ID of the Key Vault that stores the token. Deployments read the token with their endpoint's identity. */
  readonly vaultId: pulumi.Input<string>;
  /**
   * Hugging Face token, required for gated models.
   * @default - none
   */
  readonly token?: pulumi.Input<string>;
  /**
   * Date on which the token expires, at 00:00 UTC, such as `2027-03-01`. Key Vault stores the date, but returns the token even after that.
   * @default - none
   */
  readonly tokenExpires?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Resources to create before the first outbound rule, such as other outbound rules. @default - none */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Changes to the secret's arguments, applied last. */
  readonly transform?: { readonly token?: Transform<keyvault.SecretArgs> };
}

/** Rules for the hosts from which the Hugging Face Hub serves files. */
const HUB_RULES: OutboundRules = Object.fromEntries(Object.entries(HUB_HOSTS).map(([name, fqdn]) => [name, { fqdn }]));

/**
 * Lets deployments download model weights from the Hugging Face Hub at each start: outbound rules for the Hub's hosts, and a Key Vault
 * secret for the token. Use it for development only: weights and token leave the region, and each start depends on an external service.
 *
 * Cost: with the first host-name rule, Azure runs a firewall in the managed network until the workspace is deleted, for about 290 USD a
 * month (Basic) to 910 USD a month (Standard). Staged weights (`source: mirror`) don't require this component.
 *
 * Changing the token creates a new version of the secret. Changing `workspace` replaces the rules, changing `vaultId` replaces the secret.
 *
 * @example
 * const hub = new HubAccess("hub", { workspace, vaultId: workspace.vaultId, token: config.getSecret("huggingFaceToken") });
 */
export class HubAccess extends pulumi.ComponentResource {
  /** `${{keyvault:…}}` reference to the token, for an environment variable. Undefined without a token. The reference is not secret. */
  readonly tokenReference: pulumi.Output<string> | undefined;
  /** ARM ID of the secret with the token. Undefined without a token. */
  readonly tokenSecretId: pulumi.Output<string> | undefined;
  /** The outbound rules, which deployments must depend on. */
  readonly ready: pulumi.Resource[];
  /** The resources that this component created. */
  readonly nodes: {
    readonly outboundRules: readonly pulumi.Resource[];
    readonly tokenSuffix?: random.RandomString;
    readonly token?: keyvault.Secret;
  };

  constructor(name: string, args: HubAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:HubAccess", name, {}, opts);
    this.ready = createOutboundRules(name, args.workspace, HUB_RULES, { parent: this, after: args.after });
    const { token, ...place } = args;
    const stored =
      token === undefined ? undefined : createHubToken(name, { ...place, token, transform: args.transform?.token }, { parent: this });
    this.tokenReference = stored && referenceTo(stored.token);
    this.tokenSecretId = stored?.token.id;
    this.nodes = { outboundRules: this.ready, ...stored };
    this.registerOutputs({ tokenReference: this.tokenReference });
  }
}

/**
 * Returns the reference to the secret's version; Azure requires a version. The URI isn't secret, but the provider marks it as secret
 * together with the value. Without that mark, previews show the environment variables of deployments.
 */
function referenceTo(secret: keyvault.Secret): pulumi.Output<string> {
  return pulumi.unsecret(secret.properties.apply(({ secretUriWithVersion }) => `\${{keyvault:${secretUriWithVersion}}}`));
}
