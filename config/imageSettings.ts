/** The schema of an image in the stack file: a reference by digest, or a map with the source of the image. */
import * as z from "zod";
import { freeText, imageText, map, oneOf, text } from "./leaves";

/** Part of a pattern: a repository without the registry's host name. */
const repositoryForm = "[a-z0-9]+(?:[._/-][a-z0-9]+)*";
const digestForm = "sha256:[0-9a-f]{64}";
const hostForm = "(?:[a-z0-9-]+\\.)+[a-z]{2,}(?::\\d{1,5})?";

/** Maximum length of the name of a repository, in characters. Source: distribution/reference, RepositoryNameTotalLengthMax. */
const longestRepository = 255;

const repositoryError = `a repository such as moor/vllm: at most ${longestRepository} lowercase letters, digits and . _ - /, without the registry's host name`;
const repository = text(new RegExp(`^(?!${hostForm}/)${repositoryForm}$`), repositoryError)
  .max(longestRepository, { error: repositoryError })
  .describe(
    "Repository of the image in the container registry of the stack. Default: with `import`, the repository of the source; otherwise `moor/` and the last part of the folder.",
  )
  .optional();

const external = "an image as <registry>/<repository>@sha256:<64 hexadecimal digits>, in lowercase, for example from docker.io";
const imported = z
  .string({ error: external })
  .refine((image) => image.includes("@"), { error: external, params: { code: "MOOR209" }, abort: true })
  .regex(new RegExp(`^${hostForm}/${repositoryForm}@${digestForm}$`), { error: external });

/** A path relative to the folder of the stack file. An absolute path would differ from machine to machine. */
function relativePath(what: string): z.ZodString {
  const error = `the path of ${what}, relative to the folder of the stack file and with / as the separator`;
  return freeText(error).regex(/^(?![/~]|[A-Za-z]:)[^\\\0]+$/, { error });
}

const argumentName = text(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an ARG in the Dockerfile");

const importImage = z.strictObject(
  {
    import: imported.describe("A finished image of another registry, by digest (of its linux/amd64 manifest). Azure copies it."),
    repository,
  },
  map("import, and optionally repository"),
);

const layerImage = z.strictObject(
  {
    layer: relativePath("a folder with a Dockerfile").describe(
      "Folder with a Dockerfile that only adds files and settings to a base image (no `RUN`). Azure copies the base, and Moor adds one layer. Docker isn't required.",
    ),
    via: oneOf(["registry", "task"])
      .default("registry")
      .describe(
        "How the layer is pushed: from the machine that runs Pulumi, which must reach the container registry (`registry`), or by an ACR task (`task`), which requires `moor:platform.networkRuleBypassAllowedForTasks`.",
      ),
    repository,
  },
  map("layer, and optionally via, repository"),
);

const buildImage = z.strictObject(
  {
    build: relativePath("a folder").describe(
      "Folder that Docker builds the image from (the build context), on the machine that runs Pulumi.",
    ),
    dockerfile: relativePath("a Dockerfile")
      .describe("Path of the Dockerfile, relative to the folder of the stack file. Default: `Dockerfile` in `build`.")
      .optional(),
    args: z
      .record(argumentName, z.string({ error: "text; numbers require quotes" }), map("names of build arguments to text"))
      .describe("Build arguments. They must not contain secrets, because they are part of the image's history.")
      .optional(),
    repository,
  },
  map("build, and optionally dockerfile, args, repository"),
);

const forms = "repository@sha256:<64 hexadecimal digits>, without the registry's host name, or a map with one of import, layer, build";

/** An image of the stack file. */
export const imageSetting = z.union([imageText(forms), importImage, layerImage, buildImage], { error: `an image as ${forms}` });

export type ImageSetting = z.output<typeof imageSetting>;
/** An image that Moor publishes. */
export type PublishedSetting = Exclude<ImageSetting, string>;
