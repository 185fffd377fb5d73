/** Rules for the credentials of source registries. No message contains a part of the credentials. */
import type { ImageSource } from "../../planner/image";
import { type ConfigError, configError } from "../errors";
import type { ResolvedImage } from "../images/resolve";
import { encrypted, importCredentialsKey, type RawStack, standInRegistry } from "../rawStack";

const host = /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d{1,5})?$/;
/** A username without a colon, a colon, and a password. */
const credentials = /^[^:\s]+:\S+$/;

/** Outside the Pulumi engine, the credentials are encrypted and can't be checked. */
export function importCredentialErrors({ settings, secretKeys }: RawStack): ConfigError[] {
  const text = settings[importCredentialsKey];
  if (text === undefined) return [];
  if (!secretKeys.includes(importCredentialsKey)) {
    const problem = "The credentials are in plain text in the stack file, visible to everyone who can read the repository.";
    return [configError("MOOR076", importCredentialsKey, { problem, allowed: "an encrypted value (`secure:`)" })];
  }
  const problem = text === encrypted ? undefined : problemOf(parsed(text));
  const allowed = "a JSON map of host names of registries, in lowercase, to <username>:<password>";
  return problem === undefined ? [] : [configError("MOOR077", importCredentialsKey, { problem, allowed })];
}

/**
 * Notes for the preview: credentials that no image of the stack needs at the moment. They can be intended for later, or the host can be
 * misspelled. Call it for valid credentials.
 */
export function importCredentialNotes({ settings }: RawStack, images: readonly ResolvedImage[]): string[] {
  const text = settings[importCredentialsKey];
  if (text === undefined) return [];
  const hosts = [...new Set(images.flatMap(({ source }) => sourceHost(source) ?? []))].sort();
  if (hosts.length === 0) return [`\`${importCredentialsKey}\` is ignored, because no image has \`import\` or \`layer\`.`];
  if (text === encrypted) return [];
  return Object.keys(parsed(text) as object).flatMap((name, index) =>
    name === standInRegistry || hosts.includes(name)
      ? []
      : [
          `Entry ${index + 1} of \`${importCredentialsKey}\` is ignored, because no image comes from its host. ` +
            `Hosts of the images: ${hosts.join(", ")}.`,
        ],
  );
}

/** Host of the registry from which Azure imports the image or its base. */
function sourceHost(source: ImageSource): string | undefined {
  switch (source.kind) {
    case "import":
      return source.from.registry;
    case "layer":
      return source.image.base.registry;
    case "build":
    case "existing":
      return undefined;
    default:
      return source satisfies never;
  }
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "The secret is not a JSON map.";
  const entries = Object.entries(value);
  if (entries.length === 0) return "The secret is an empty map.";
  const wrongHost = entries.findIndex(([name]) => !host.test(name));
  if (wrongHost >= 0) return `The name of entry ${wrongHost + 1} is not the host name of a registry.`;
  const wrongValue = entries.findIndex(([, pair]) => typeof pair !== "string" || !credentials.test(pair));
  return wrongValue >= 0 ? `The value of entry ${wrongValue + 1} is not <username>:<password>.` : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
