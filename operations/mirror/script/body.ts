/** The deployment script that runs copy_weights.py: its name and its body in Azure Resource Manager. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { deflateSync } from "node:zlib";
import { mirrorScriptPrefix } from "../../../components/live";
import { stackTag } from "../../../planner/tags";
import type { CopyJob } from "./job";

/** Where scripts of a stack run: the outputs `platform.scripts` of the stack. */
export interface ScriptPlace {
  /** ARM ID of the subnet. */
  readonly subnetId: string;
  /** ARM ID of the user-assigned identity. */
  readonly identityId: string;
  /** Name of the storage account with the script service's files. */
  readonly storageAccount: string;
  /** ARM ID of the Key Vault secret with the Hugging Face token. @default - no token */
  readonly tokenSecretId?: string;
}

export interface ScriptArgs {
  readonly stack: string;
  /** Region of the stack's resource group and of the subnet. */
  readonly location: string;
  readonly place: ScriptPlace;
  readonly job: CopyJob;
  /** Additional tags, such as those that a policy requires of all resources. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Version of the Azure CLI image that runs the script; only its bash and Python are used. An image must be older than 30 days.
 * Source: Azure docs, deployment-script-develop; Microsoft Artifact Registry, azure-cli.
 */
const azCliVersion = "2.63.0";

/**
 * Longest script, in characters. Azure documents no limit for `scriptContent` alone; the environment variables of a container group are limited
 * to 64 KB, and inline scripts of this size are known to work.
 */
const longestScript = 32_000;

/** Longest name of a container group, which gets the name of its script. Source: ARM schema of deploymentScripts. */
const longestName = 63;

/** Time after which Azure ends the script; the longest that the service allows by default. */
const timeout = "P1D";

/** Time after which Azure deletes a script that has ended, if the command was killed. It is the shortest that the service allows. */
const retentionInterval = "PT1H";

/** @throws Error if the list of files is too long for a script */
export function scriptBody({ stack, location, place, job, tags = {} }: ScriptArgs): { readonly name: string; readonly body: object } {
  const scriptContent = contentOf(job);
  const name = nameOf(
    stack,
    job.model,
    createHash("sha256")
      .update(`${scriptContent}${JSON.stringify(place)}`)
      .digest("hex"),
  );
  const body = {
    location,
    kind: "AzureCLI",
    identity: { type: "UserAssigned", userAssignedIdentities: { [place.identityId]: {} } },
    tags: { ...tags, [stackTag]: stack },
    properties: {
      azCliVersion,
      scriptContent,
      timeout,
      retentionInterval,
      cleanupPreference: "Always",
      containerSettings: { containerGroupName: name, subnetIds: [{ id: place.subnetId }] },
      storageAccountSettings: { storageAccountName: place.storageAccount },
    },
  };
  return { name, body };
}

/** Equal jobs have equal names, so that the next run finds the script of a killed one. */
function nameOf(stack: string, model: string, hash: string): string {
  const slug = (text: string, longest: number) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, longest)
      .replace(/^-+|-+$/g, "");
  const start = `${mirrorScriptPrefix}${slug(stack, 16)}`;
  const end = hash.slice(0, 8);
  const middle = slug(model.slice(model.indexOf("/") + 1), longestName - start.length - end.length - 2);
  return [start, middle, end].filter((part) => part !== "").join("-");
}

/** Files are compressed, because most of a list of files is hashes. */
function contentOf(job: CopyJob): string {
  const files = {
    "copy_weights.py": fs.readFileSync(path.join(__dirname, "copy_weights.py")),
    "job.json": Buffer.from(JSON.stringify(job)),
  };
  const rows = Object.entries(files).map(
    ([name, content]) => `    ("${name}", "${deflateSync(content, { level: 9 }).toString("base64")}"),`,
  );
  const content = [
    "#!/bin/bash",
    "set -euo pipefail",
    'folder="$(mktemp -d)"',
    "trap 'rm -rf \"$folder\"' EXIT",
    "python3 - \"$folder\" <<'END'",
    "import base64, os, sys, zlib",
    "for name, text in (",
    ...rows,
    "):",
    '    with open(os.path.join(sys.argv[1], name), "wb") as file:',
    "        file.write(zlib.decompress(base64.b64decode(text)))",
    "END",
    'python3 "$folder/copy_weights.py" "$folder/job.json"',
    "",
  ].join("\n");
  if (content.length <= longestScript) return content;
  throw new Error(
    `${job.model} has ${job.files.length} files to stage. The deployment script would have ${content.length} characters. Allowed: up to ${longestScript}. ` +
      "Run the command from inside the network, with --via runner.",
  );
}
