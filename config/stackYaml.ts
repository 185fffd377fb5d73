/** A stack file read without Pulumi, for commands that run outside the engine. */
import * as z from "zod";
import type { RawStack } from "./settings";

/** Stands in for values that only Pulumi can decrypt. */
const encrypted = "[secret]";

/**
 * The settings of a stack file as Pulumi would hand them to a program, except that secrets stay unknown.
 * @throws Error when the text isn't YAML.
 */
export function settingsOf(stackFile: string): Pick<RawStack, "settings" | "secretKeys"> {
  const { parse } = require("yaml") as typeof import("yaml");
  const { config = {} } = fileSchema.parse(parse(stackFile) ?? {});
  const entries = Object.entries(config).map(([key, value]) => ({ key, value, secret: isSecret(value) }));
  return {
    settings: Object.fromEntries(entries.map(({ key, value, secret }) => [key, secret ? encrypted : asText(value)])),
    secretKeys: entries.filter(({ secret }) => secret).map(({ key }) => key),
  };
}

const fileSchema = z.looseObject({
  config: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((config) => config ?? {}),
});

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
