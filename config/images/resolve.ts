/** Resolves an image of the stack file to its reference, its source, and the requirements that the lock file records. */
import * as fs from "node:fs";
import * as path from "node:path";
import { PlanError, type Problem } from "../../planner/codes";
import type { ImageReference, PinnedImage, RecordedRequirements } from "../../planner/decision";
import { buildInputs, externalImageText, type ImageSource, imageText, layeredImage, parseExternalImage } from "../../planner/image";
import { canonicalJson } from "../../planner/names";
import { type ConfigError, configError, show } from "../errors";
import { type ImageSetting, imageSetting, type PublishedSetting } from "../imageSettings";
import { fileErrors } from "./fileProblems";

/** An image in the stack file. */
export interface NamedImage {
  /** Path of the setting, for example `moor:images.vllm`. */
  readonly path: string;
  readonly setting: ImageSetting;
  /** Whether the image is built from `score.path`, because the stack file sets no image. The path is then that of `score.path`. */
  readonly isScorePath?: boolean;
}

export interface ResolvedImage {
  readonly reference: ImageReference;
  readonly source: ImageSource;
  /** Path of the setting, for messages. */
  readonly setting: string;
  readonly requirements: RecordedRequirements;
}

export type Resolution = ResolvedImage | { readonly errors: readonly ConfigError[] };

/** Dockerfile of this repository for a score.py folder without its own, relative to the root of the repository. */
export const ownScoreDockerfile = "docker/score/Dockerfile";
const root = path.join(__dirname, "..", "..");

type SettingOf<Key extends string> = Extract<PublishedSetting, Readonly<Record<Key, unknown>>>;

/**
 * Creates a function that resolves images. It reads each folder once.
 * @param folder Folder to which paths in the stack file are relative.
 */
export function imageResolver(folder: string): (image: NamedImage) => Resolution {
  // The arrow functions load the modules of the planner only for images that need them.
  const layered = once((context: string) => layeredImage(context, folder));
  const inputsOf = once((build: Parameters<typeof buildInputs>[0]) => buildInputs(build, folder));
  return ({ path: at, setting, isScorePath = false }) => {
    if (typeof setting === "string") return existingImage(at, setting);
    if ("import" in setting) return imported(at, setting);
    if ("layer" in setting) return layer(at, setting, path.resolve(folder, setting.layer), layered);
    return build({ at, setting, folder, isScorePath }, inputsOf);
  };
}

/** Parses `repository@digest`. */
export function pinnedImage(text: string): PinnedImage {
  const split = text.indexOf("@");
  return { repository: text.slice(0, split), digest: text.slice(split + 1) };
}

/** An image that is in the registry, as `repository@digest`. */
export function existingImage(at: string, text: string): ResolvedImage {
  return { reference: pinnedImage(text), source: { kind: "existing" }, setting: at, requirements: { image: text } };
}

function imported(at: string, setting: SettingOf<"import">): Resolution {
  const from = parseExternalImage(setting.import);
  if (from === undefined) throw new Error(`The schema accepted the image ${setting.import}.`);
  const reference = { repository: setting.repository ?? from.repository, digest: from.digest };
  return { reference, source: { kind: "import", from }, setting: at, requirements: { image: imageText(reference) } };
}

function layer(at: string, setting: SettingOf<"layer">, folder: string, layered: Once<typeof layeredImage>): Resolution {
  const place = `${at}.layer`;
  const repository = repositoryOf(at, setting.repository, setting.layer);
  const missing = missingFolder(place, setting.layer, folder) ?? missingDockerfile(place, setting.layer, path.join(folder, "Dockerfile"));
  if (missing !== undefined || "errors" in repository) return errorsOf(missing, repository);
  const made = layered(folder);
  if ("problems" in made) return { errors: fileErrors(place, plainPath(setting.layer), made.problems) };
  const image = made.value;
  const reference = { ...repository, digest: image.manifest.digest };
  const files = Object.entries(image.files).map(([file, { sha256, mode }]) => [`image.files.${file}`, `${sha256} ${mode}`]);
  return {
    reference,
    source: { kind: "layer", image, via: setting.via },
    setting: at,
    requirements: {
      image: imageText(reference),
      "image.layer": plainPath(setting.layer),
      "image.base": externalImageText(image.base),
      "image.baseConfig": image.baseConfig,
      ...Object.fromEntries(files),
    },
  };
}

interface BuildRequest {
  readonly at: string;
  readonly setting: SettingOf<"build">;
  readonly folder: string;
  readonly isScorePath: boolean;
}

function build({ at, setting, folder, isScorePath }: BuildRequest, inputsOf: Once<typeof buildInputs>): Resolution {
  const place = isScorePath ? at : `${at}.build`;
  const context = path.resolve(folder, setting.build);
  // The rules for score.py report a missing file score.py, so a missing folder is reported already.
  if (isScorePath && !isFile(path.join(context, "score.py"))) return { errors: [] };
  if (isScorePath && !imageSetting.safeParse(setting).success) return { errors: [absolutePath(at, setting.build)] };
  const repository = repositoryOf(at, setting.repository, setting.build, isScorePath);
  const own = path.join(context, "Dockerfile");
  const usesOwnOfMoor = isScorePath && !isFile(own);
  const dockerfile = setting.dockerfile === undefined ? own : path.resolve(folder, setting.dockerfile);
  const missing =
    missingFolder(place, setting.build, context) ??
    (usesOwnOfMoor
      ? missingRequirements(place, setting.build, context)
      : missingDockerfile(setting.dockerfile === undefined ? place : `${at}.dockerfile`, setting.dockerfile ?? setting.build, dockerfile));
  if (missing !== undefined || "errors" in repository) return errorsOf(missing, repository);
  const { args = {} } = setting;
  const source = { kind: "build", context, dockerfile: usesOwnOfMoor ? path.join(root, ownScoreDockerfile) : dockerfile, args } as const;
  const made = inputsOf(source);
  if ("problems" in made) return { errors: fileErrors(place, plainPath(setting.build), made.problems) };
  const reference = { ...repository, inputs: made.value.digest };
  const named = usesOwnOfMoor ? ownScoreDockerfile : setting.dockerfile && plainPath(setting.dockerfile);
  return {
    reference,
    source,
    setting: at,
    requirements: {
      image: imageText(reference),
      "image.build": plainPath(setting.build),
      "image.inputs": reference.inputs,
      ...(named === undefined ? {} : { "image.dockerfile": named }),
      ...Object.fromEntries(Object.entries(args).map(([name, value]) => [`image.args.${name}`, value])),
    },
  };
}

type Repository = { readonly repository: string } | { readonly errors: readonly ConfigError[] };

/** The repository of a layered or built image: set in the stack file, or derived from the last part of the folder. */
function repositoryOf(at: string, given: string | undefined, folder: string, isScorePath = false): Repository {
  if (given !== undefined) return { repository: given };
  const last = plainPath(folder).split("/").at(-1) ?? "";
  if (/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(last)) return { repository: `moor/${last}` };
  const problem = `The name of a repository can't be derived from the folder ${show(folder)}.`;
  const allowed = "a folder whose last part has only lowercase letters, digits and single . _ -, or `repository`";
  const fix = isScorePath
    ? `Set \`score.image\` to a map with \`build: ${folder}\` and \`repository\`, for example moor/fraud.`
    : "Set `repository`, for example moor/fraud.";
  return { errors: [configError("MOOR072", at, { problem, allowed, fix })] };
}

/** Returns the path without `./`, repeated slashes and a trailing slash. */
export function plainPath(given: string): string {
  const normal = path.posix.normalize(given);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

function missingFolder(place: string, given: string, folder: string): ConfigError | undefined {
  if (fs.existsSync(folder) && fs.statSync(folder).isDirectory()) return undefined;
  const problem = `There is no folder ${show(given)}.`;
  return configError("MOOR071", place, { problem, allowed: "an existing folder, relative to the folder of the stack file" });
}

function missingDockerfile(place: string, given: string, file: string): ConfigError | undefined {
  if (isFile(file)) return undefined;
  const problem = place.endsWith(".dockerfile") ? `There is no file ${show(given)}.` : `The folder ${show(given)} contains no Dockerfile.`;
  return configError("MOOR067", place, { problem, allowed: "a folder with a Dockerfile, or with `build` the path of one in `dockerfile`" });
}

/** `score.path` allows any path, but the lock file records the folder of an image. */
function absolutePath(place: string, given: string): ConfigError {
  const problem = `The image is built from ${show(given)}, which is not a relative path with / as the separator.`;
  return configError("MOOR006", place, {
    problem,
    allowed: "a path relative to the folder of the stack file, if the stack file sets no image",
  });
}

/** The Dockerfile of this repository installs the packages in requirements.txt. */
function missingRequirements(place: string, given: string, folder: string): ConfigError | undefined {
  if (isFile(path.join(folder, "requirements.txt"))) return undefined;
  const problem = `The folder ${show(given)} contains neither a Dockerfile nor requirements.txt, which ${ownScoreDockerfile} of Moor copies.`;
  return configError("MOOR079", place, { problem, allowed: "a folder with score.py, and with requirements.txt or its own Dockerfile" });
}

function isFile(file: string): boolean {
  return fs.existsSync(file) && fs.statSync(file).isFile();
}

/** Returns the errors of a setting. If its folder is missing, only that is reported. */
function errorsOf(missing: ConfigError | undefined, repository: Repository): { readonly errors: readonly ConfigError[] } {
  const ofRepository = "errors" in repository && missing?.code !== "MOOR071" ? repository.errors : [];
  return { errors: [...(missing === undefined ? [] : [missing]), ...ofRepository] };
}

type Attempt<Value> = { readonly value: Value } | { readonly problems: readonly Problem[] };
type Once<Compute extends (input: never) => unknown> = (input: Parameters<Compute>[0]) => Attempt<ReturnType<Compute>>;

/** Calls `compute` once per input, and converts a PlanError to problems. */
function once<Input, Value>(compute: (input: Input) => Value): (input: Input) => Attempt<Value> {
  const known = new Map<string, Attempt<Value>>();
  return (input) => {
    const key = canonicalJson(input);
    const made = known.get(key) ?? attempt(() => compute(input));
    known.set(key, made);
    return made;
  };
}

function attempt<Value>(compute: () => Value): Attempt<Value> {
  try {
    return { value: compute() };
  } catch (error) {
    if (error instanceof PlanError) return { problems: [error.problem] };
    throw error;
  }
}
