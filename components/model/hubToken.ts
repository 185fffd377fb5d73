/** The Hugging Face token as a Key Vault secret. */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { armIdOf } from "../base/azure";
import { stateInputs, type Transform, transformed } from "../base/transform";

export interface HubTokenArgs {
  /** ARM ID of the Key Vault. */
  readonly vaultId: pulumi.Input<string>;
  readonly token: pulumi.Input<string>;
  /**
   * Date on which the token expires, at 00:00 UTC, such as `2027-03-01`. Key Vault stores the date, but returns the token even after that.
   * @default - none
   */
  readonly tokenExpires?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to the secret's arguments, applied last. */
  readonly transform?: Transform<keyvault.SecretArgs>;
}

/**
 * Changing the token creates a new version of the secret. If the token is removed, the secret stays in the vault: only the data plane can
 * delete secrets, it has no public access, and a deleted secret reserves its name for the retention period of the vault. Therefore, a
 * token that is set again gets a name with a new suffix.
 * @param name Start of the logical names of both resources.
 */
export function createHubToken(
  name: string,
  args: HubTokenArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly tokenSuffix: random.RandomString; readonly token: keyvault.Secret } {
  const vault = pulumi.output(args.vaultId).apply(armIdOf);
  const tokenSuffix = new random.RandomString(`${name}-token-suffix`, { length: 6, upper: false, special: false }, opts);
  const token = new keyvault.Secret(
    ...transformed(
      args.transform,
      `${name}-token`,
      {
        // Contains the stack's name, because stacks that share a workspace share its vault.
        secretName: pulumi.interpolate`hf-token-${pulumi.getStack()}-${tokenSuffix.result}`,
        vaultName: vault.name,
        resourceGroupName: vault.resourceGroupName,
        properties: {
          value: pulumi.secret(args.token),
          contentType: "text/plain",
          ...(args.tokenExpires === undefined ? {} : { attributes: { expires: secondsOf(args.tokenExpires) } }),
        },
        tags: args.tags,
      },
      // An existing secret keeps its name, even if it was created before names had a suffix.
      { ...opts, retainOnDelete: true, ignoreChanges: ["secretName"] },
    ),
  );
  return { tokenSuffix, token };
}

/** Seconds since 1970-01-01, as Key Vault requires. */
function secondsOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 1000;
}

/**
 * The Hugging Face token of a stack as a Key Vault secret, for deployment scripts that copy gated models. `HubAccess` stores the token itself.
 *
 * Cost: none.
 *
 * @example
 * const stored = new HubToken("hub-token", { vaultId: workspace.vaultId, token: config.requireSecret("huggingFaceToken") });
 */
export class HubToken extends pulumi.ComponentResource {
  /** ARM ID of the secret. */
  readonly secretId: pulumi.Output<string>;
  /** The resources that this component created. */
  readonly nodes: ReturnType<typeof createHubToken>;

  constructor(name: string, args: HubTokenArgs, opts?: pulumi.ComponentResourceOptions) {
    const { token: _secret, ...inputs } = args;
    super("moor:index:HubToken", name, stateInputs(inputs), opts);
    this.nodes = createHubToken(name, args, { parent: this });
    this.secretId = this.nodes.token.id;
    this.registerOutputs({ secretId: this.secretId });
  }
}
