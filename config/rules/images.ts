/** Rules for images, in addition to the schema and the checks of each image's files. */
import * as fs from "node:fs";
import * as path from "node:path";
import { armRequestBytes } from "../../azure/limits";
import { type ConfigError, configError, show } from "../errors";
import { ownScoreDockerfile, type ResolvedImage } from "../images/resolve";
import type { StackImages } from "../images/stack";
import type { RawStack } from "../rawStack";
import type { SettingsDraft } from "./draft";

/**
 * @param folder Folder to which paths in the stack file are relative.
 * @param secretKeys Settings that contain an encrypted value.
 */
export function imageErrors(
  draft: SettingsDraft,
  images: StackImages,
  { folder = ".", secretKeys }: Pick<RawStack, "folder" | "secretKeys">,
): ConfigError[] {
  return [
    ...images.errors,
    ...images.all.flatMap((image) => [...bypass(draft, image), ...taskSize(image)]),
    ...otherFolders(draft, images, folder),
    ...secretArguments(images, secretKeys),
  ];
}

/** A task can reach a private registry only if it can bypass the registry's network rules. An adopted registry is checked in Azure. */
function bypass({ "moor:platform": platform }: SettingsDraft, { setting, source }: ResolvedImage): ConfigError[] {
  const isCreated = platform?.imageRegistry === "create";
  if (source.kind !== "layer" || source.via !== "task" || !isCreated || platform?.networkRuleBypassAllowedForTasks === true) return [];
  const problem =
    "An ACR task can't reach the private container registry, because `moor:platform.networkRuleBypassAllowedForTasks` is not true.";
  return [
    configError("MOOR073", `${setting}.via`, { problem, allowed: "`task` with `networkRuleBypassAllowedForTasks: true`, or `registry`" }),
  ];
}

/** Bytes of a request that are reserved for the other properties of the task and for the script that publishes the layer. */
const reservedBytes = 128 * 1024;
/**
 * Maximum size of the layer, configuration and manifest, in bytes. They are encoded in Base64 three times: as text, in a file of the task,
 * and in the request. Each encoding uses 4 characters for 3 bytes.
 */
const mostTaskBytes = Math.floor(((armRequestBytes - reservedBytes) * 27) / 64);

function taskSize({ setting, source }: ResolvedImage): ConfigError[] {
  if (source.kind !== "layer" || source.via !== "task") return [];
  const { layer, config, manifest } = source.image;
  const size = [layer, config, manifest].reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size <= mostTaskBytes) return [];
  const problem = `The layer, configuration and manifest have ${size} bytes in total, which is too large for a task. Azure Resource Manager accepts requests of up to ${armRequestBytes} bytes.`;
  return [configError("MOOR074", `${setting}.via`, { problem, allowed: `at most ${mostTaskBytes} bytes with \`via: task\`` })];
}

/** An image that is made from another folder would not contain the score.py at `score.path`. */
function otherFolders({ "moor:endpoints": endpoints = {} }: SettingsDraft, { imageOf }: StackImages, folder: string): ConfigError[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const given = deployment?.score?.path;
      const image = imageOf(key, label);
      const made = image?.requirements["image.build"] ?? image?.requirements["image.layer"];
      if (given === undefined || image === undefined || typeof made !== "string") return [];
      const [wanted, used] = [path.resolve(folder, given), path.resolve(folder, made)];
      const isOwn = image.setting.startsWith("moor:endpoints.");
      // A deployment's own image can contain more than the folder of score.py.
      if (wanted === used || (isOwn && wanted.startsWith(`${used}${path.sep}`))) return [];
      const problem = `The image is made from ${show(made)} (${image.setting}), so it doesn't contain the score.py in ${show(given)}.`;
      const fix = `Set \`path\` to ${made}, or set \`score.image\` of this deployment to \`{ build: ${given}${dockerfileOf(wanted)} }\`.`;
      const at = `moor:endpoints.${key}.deployments.${label}.score.path`;
      return [configError("MOOR075", at, { problem, allowed: show(made), fix })];
    }),
  );
}

/** The key that a folder without a Dockerfile needs. */
function dockerfileOf(folder: string): string {
  return fs.existsSync(path.join(folder, "Dockerfile")) ? "" : `, dockerfile: ${ownScoreDockerfile}`;
}

const secretName = /(?:^|_)(?:TOKEN|PASSWORD|PASSWD|SECRET|API_?KEY|ACCESS_?KEY)$/i;

/**
 * Build arguments are part of the image's history, the lock file and Pulumi's state, even if they are encrypted in the stack file.
 * `secretErrors` reports values in a known format.
 */
function secretArguments({ all }: StackImages, secretKeys: readonly string[]): ConfigError[] {
  return all.flatMap(({ setting, source }) => {
    if (source.kind !== "build") return [];
    const isEncrypted = secretKeys.some((key) => setting.startsWith(`${key}.`));
    const names = Object.entries(source.args).flatMap(([name, value]) =>
      (secretName.test(name) && value !== "") || isEncrypted ? [name] : [],
    );
    return names.map((name) => {
      const problem = `The value of the build argument ${name} is a secret. Everyone who can pull the image can read it.`;
      const fix =
        "Remove the argument, and revoke the secret if it was in plain text. Download what requires it before the build, and copy it into the folder.";
      return configError("MOOR060", `${setting}.args.${name}`, { problem, allowed: "build arguments without secrets", fix });
    });
  });
}
