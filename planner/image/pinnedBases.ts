/** The base images of a Dockerfile, which must be pinned by digest. */
import { type DockerfileInstruction, parseDockerfile } from "./dockerfile";
import { refuse } from "./problem";
import { expandWord, type Lookup, splitWords, WordError } from "./words";

const pinned = /@sha256:[0-9a-f]{64}$/;

/** Arguments that Docker sets for each build. https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope */
const platformArguments = { TARGETPLATFORM: "linux/amd64", TARGETOS: "linux", TARGETARCH: "amd64", TARGETVARIANT: "" } as const;

/**
 * Returns the images that FROM, `COPY --from` and `RUN --mount=from=` refer to, without duplicates. Build stages and `scratch` are not
 * images.
 * @throws PlanError MOOR242 or MOOR252
 */
export function pinnedBases(file: string, content: string, args: Readonly<Record<string, string>>): string[] {
  const { instructions, escapeChar } = parseDockerfile(content);
  const values = new Map<string, string>(Object.entries(platformArguments));
  const lookup: Lookup = (name) => values.get(name);
  const stages: string[] = [];
  const bases = new Set<string>();

  function use(instruction: DockerfileInstruction, image: string): void {
    if (image === "scratch" || stages.includes(image.toLowerCase())) return;
    if (!pinned.test(image))
      refuse("MOOR252", place(file, instruction), `${instruction.keyword} uses the image "${image}" without a digest.`);
    bases.add(image);
  }

  for (const instruction of instructions) {
    const { keyword, text } = instruction;
    expanded(file, instruction, () => {
      if (keyword === "ARG" && stages.length === 0) {
        for (const word of splitWords(text, escapeChar)) setArgument(word, values, args, (value) => expandWord(value, lookup, escapeChar));
      } else if (keyword === "FROM") {
        const [image = "", , name] = splitWords(text, escapeChar);
        use(instruction, expandWord(image, lookup, escapeChar));
        stages.push(name?.toLowerCase() ?? "");
      } else {
        for (const image of imagesOf(instruction)) {
          if (!isStageNumber(image, stages)) use(instruction, image);
        }
      }
    });
  }
  if (stages.length === 0) refuse("MOOR242", file, "the Dockerfile has no FROM.");
  return [...bases];
}

function place(file: string, { line }: DockerfileInstruction): string {
  return `${file}, line ${line}`;
}

function expanded(file: string, instruction: DockerfileInstruction, apply: () => void): void {
  try {
    apply();
  } catch (error) {
    if (error instanceof WordError) refuse("MOOR242", place(file, instruction), error.message);
    throw error;
  }
}

/** A build argument replaces the default of an ARG of the same name. */
function setArgument(
  word: string,
  values: Map<string, string>,
  args: Readonly<Record<string, string>>,
  expand: (value: string) => string,
): void {
  const end = word.indexOf("=");
  const name = end < 0 ? word : word.slice(0, end);
  const given = Object.hasOwn(args, name) ? args[name] : undefined;
  const value = given ?? (end < 0 ? undefined : expand(word.slice(end + 1)));
  if (value !== undefined) values.set(name, value);
}

/** Images that the flags of an instruction refer to. */
function imagesOf({ keyword, flags }: DockerfileInstruction): string[] {
  return flags.flatMap(({ name, value = "" }) => {
    if ((keyword === "COPY" || keyword === "ADD") && name === "from") return [value];
    if (keyword !== "RUN" || name !== "mount") return [];
    return value.split(",").flatMap((part) => (part.startsWith("from=") ? [part.slice("from=".length)] : []));
  });
}

/** `COPY --from=0` refers to a stage by its position. */
function isStageNumber(image: string, stages: readonly string[]): boolean {
  return /^\d+$/.test(image) && Number(image) < stages.length;
}
