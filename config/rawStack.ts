/** The unchecked input of a stack. It is separate from the schema, so that commands that check nothing start faster. */

/** The unchecked input of a stack. */
export interface RawStack {
  /** Name of the Pulumi project. */
  readonly project: string;
  /** Name of the Pulumi stack. */
  readonly stack: string;
  /** Settings by full key, for example `moor:endpoints`. Maps and lists are JSON text. */
  readonly settings: Readonly<Record<string, string>>;
  /** Full keys of the settings that are encrypted. */
  readonly secretKeys: readonly string[];
  /** Contents of `Pulumi.<stack>.yaml`, if it exists. It is checked because Pulumi's parser accepts more than Moor supports. */
  readonly stackFile?: string;
  /** Contents of `moor.lock.<stack>.yaml`. Absent if the file doesn't exist. */
  readonly lock?: string;
  /** Contents of the other lock files in the folder, by stack name. @default - none */
  readonly otherLocks?: Readonly<Record<string, string>>;
  /** Folder to which paths in the stack file are relative. @default - the working directory */
  readonly folder?: string;
  /** Value of the environment variable MOOR_ENDPOINTS. @default - not set */
  readonly endpointsVariable?: string;
  /** Whether the run is in the local Azure, which has its own commands. @default false */
  readonly local?: boolean;
  /** @default - the current time */
  readonly now?: Date;
}

/** Key of the Hugging Face token, which must be a secret. Its value is never checked. */
export const tokenKey = "moor:huggingFaceToken";

/** Key of the webhook URL to which alerts are posted. It must be a secret, because such URLs often contain tokens. */
export const webhookKey = "moor:alertWebhook";

/** Key of the credentials of source registries. They must be a secret. */
export const importCredentialsKey = "moor:importCredentials";

/**
 * Host in the stand-in for `moor:importCredentials` in local runs. RFC 2606 reserves such names, so no image comes from it.
 */
export const standInRegistry = "registry.example.com";

/** Placeholder for values that only Pulumi can decrypt. */
export const encrypted = "[secret]";
