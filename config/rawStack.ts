/** What is known of a stack before anything is checked. Commands that check nothing start faster without the schema. */

/** What is known of a stack before anything is checked. */
export interface RawStack {
  /** Name of the Pulumi project. */
  readonly project: string;
  /** Name of the Pulumi stack. */
  readonly stack: string;
  /** Settings by full key, for instance `moor:endpoints`; maps and lists as JSON text. */
  readonly settings: Readonly<Record<string, string>>;
  /** Full keys of the settings that are secrets. */
  readonly secretKeys: readonly string[];
  /** Text of `Pulumi.<stack>.yaml`, where there is one: Pulumi's own reader of it takes more than plain YAML. */
  readonly stackFile?: string;
  /** Text of `moor.lock.<stack>.yaml`. Absent when there is no such file. */
  readonly lock?: string;
  /** Texts of the other locks in the folder, by the names of their stacks. @default none */
  readonly locksBeside?: Readonly<Record<string, string>>;
  /** Folder that paths in the stack file start from. @default the working directory */
  readonly folder?: string;
  /** @default the present time */
  readonly now?: Date;
}

/** Key of a setting that must be a secret. Its value never enters a check. */
export const tokenKey = "moor:huggingFaceToken";

/** Key of the address that alerts are posted to: a secret, because such an address often holds a token. */
export const webhookKey = "moor:alertWebhook";

/** Stands in for values that only Pulumi can decrypt. */
export const encrypted = "[secret]";
