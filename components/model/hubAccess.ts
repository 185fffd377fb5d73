import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { armIdOf } from "../base/azure";
import { type Transform, transformed } from "../base/transform";
import type { WorkspaceReference } from "../workspace";
import { createOutboundRules, type OutboundRules } from "../workspace";

export interface HubAccessArgs {
  readonly workspace: WorkspaceReference;
  /** ARM id of the vault that keeps the token; deployments read it with their endpoint's identity. */
  readonly vaultId: pulumi.Input<string>;
  /**
   * Hugging Face token, for gated models.
   * @default - none: public models need none
   */
  readonly token?: pulumi.Input<string>;
  /**
   * Date on which the token expires, at 00:00 UTC, for instance `2027-03-01`. Key Vault records it and still hands the token out afterwards.
   * @default - none
   */
  readonly tokenExpires?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** What must be done before the first rule: other outbound rules. @default - nothing */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Last changes to the child's arguments. */
  readonly transform?: { readonly token?: Transform<keyvault.SecretArgs> };
}

/**
 * Hosts from which the Hugging Face hub serves files, by the name of their rule.
 * Source: Azure docs, how-to-managed-network and how-to-network-isolation-model-catalog; the `xethub` and regional hosts are the hub's own
 * newer ones, seen in downloads and not in Azure's list.
 */
const HUB_RULES: OutboundRules = {
  "hf-hub": { fqdn: "huggingface.co" },
  "hf-lfs": { fqdn: "cdn-lfs.huggingface.co" },
  "hf-lfs-us": { fqdn: "cdn-lfs-us-1.huggingface.co" },
  "hf-xet": { fqdn: "*.xethub.hf.co" },
};

/**
 * Lets deployments fetch weights from Hugging Face at each start. For development: weights and token cross the region's border, and a start
 * depends on somebody else's service.
 *
 * Cost: the first host-name rule makes Azure run a firewall in the managed network, from about 290 USD a month (Basic) to 910 (Standard),
 * until the workspace is deleted. Staged weights (`source: mirror`) need none of this.
 *
 * @example
 * const hub = new HubAccess("hub", { workspace, vaultId: workspace.vaultId, token: config.getSecret("huggingFaceToken") });
 */
export class HubAccess extends pulumi.ComponentResource {
  /** `${{keyvault:…}}` reference to the token, for an environment variable; none without a token. It names the token, and is not secret. */
  readonly tokenReference: pulumi.Output<string> | undefined;
  /** The rules, to put deployments after them. */
  readonly ready: pulumi.Resource[];
  /** The resources that this component made. */
  readonly nodes: {
    readonly outboundRules: readonly pulumi.Resource[];
    readonly tokenSuffix?: random.RandomString;
    readonly token?: keyvault.Secret;
  };

  constructor(name: string, args: HubAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:HubAccess", name, {}, opts);
    this.ready = createOutboundRules(name, args.workspace, HUB_RULES, { parent: this, after: args.after });
    const kept = args.token === undefined ? undefined : this.keepToken(name, args, args.token);
    this.tokenReference = kept && referenceTo(kept.token);
    this.nodes = { outboundRules: this.ready, ...kept };
    this.registerOutputs({ tokenReference: this.tokenReference });
  }

  /**
   * A changed token is a new version of the same secret. A removed one leaves the secret in the vault: only the data plane deletes secrets, it
   * is closed to the public network, and a deleted secret keeps its name for the retention of the vault. So a token that is set again gets a
   * name with a new suffix.
   */
  private keepToken(name: string, args: HubAccessArgs, token: pulumi.Input<string>) {
    const vault = pulumi.output(args.vaultId).apply(armIdOf);
    const suffix = new random.RandomString(`${name}-token-suffix`, { length: 6, upper: false, special: false }, { parent: this });
    const secret = new keyvault.Secret(
      ...transformed(
        args.transform?.token,
        `${name}-token`,
        {
          // With the stack's name, because stacks that share a workspace share its vault.
          secretName: pulumi.interpolate`hf-token-${pulumi.getStack()}-${suffix.result}`,
          vaultName: vault.name,
          resourceGroupName: vault.resourceGroupName,
          properties: {
            value: pulumi.secret(token),
            contentType: "text/plain",
            ...(args.tokenExpires === undefined ? {} : { attributes: { expires: secondsOf(args.tokenExpires) } }),
          },
          tags: args.tags,
        },
        // A secret that exists keeps its name, also one from before names had a suffix.
        { parent: this, retainOnDelete: true, ignoreChanges: ["secretName"] },
      ),
    );
    return { tokenSuffix: suffix, token: secret };
  }
}

/** Key Vault counts seconds since 1970. */
function secondsOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 1000;
}

/**
 * The address carries the secret's version, which Azure requires. It is as public as a file name, though the provider marks it secret together
 * with the value; unmarked, the deployments that refer to it stay readable in previews.
 */
function referenceTo(secret: keyvault.Secret): pulumi.Output<string> {
  return pulumi.unsecret(secret.properties.apply(({ secretUriWithVersion }) => `\${{keyvault:${secretUriWithVersion}}}`));
}
