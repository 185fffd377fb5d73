/** Reads the Dockerfile of a layered image, which can contain only a subset of all instructions. */
import { type DockerfileInstruction, type ParsedDockerfile, parseDockerfile } from "./dockerfile";
import { type ConfigKeyword, isConfigKeyword } from "./imageConfig";
import { refuse } from "./problem";
import { type ExternalImage, parseExternalImage } from "./reference";
import { expandWord, type Lookup, splitWords, WordError } from "./words";

export interface LayerStep extends DockerfileInstruction {
  readonly keyword: ConfigKeyword | "COPY";
}

export interface LayerDockerfile {
  readonly base: ExternalImage;
  /** The instructions after FROM. */
  readonly steps: readonly LayerStep[];
  readonly escapeChar: string;
}

/** Flags that an instruction may have. */
const flagsOf: Readonly<Record<string, readonly string[]>> = { COPY: ["chown", "chmod"], FROM: ["platform"] };

/**
 * Reads the Dockerfile of a layered image. All unsupported instructions are reported in one problem. Of all other problems, only the first
 * is reported.
 * @throws PlanError MOOR241, MOOR242 or MOOR243
 */
export function layerDockerfile(file: string, content: string): LayerDockerfile {
  const parsed = parseDockerfile(content);
  const unsupported = [
    ...parsed.directives.map(({ name, line }) => `line ${line}: parser directive "${name}"`),
    ...parsed.instructions.flatMap((instruction, index) => unsupportedPart(instruction, parsed.instructions.slice(0, index))),
  ];
  if (unsupported.length > 0) refuse("MOOR241", file, `${unsupported.join("; ")}.`);
  const from = parsed.instructions.find(({ keyword }) => keyword === "FROM");
  if (from === undefined) return refuse("MOOR243", file, "the Dockerfile has no FROM.");
  const steps = parsed.instructions.slice(parsed.instructions.indexOf(from) + 1).filter(isStep);
  return { base: base(file, from, parsed), steps, escapeChar: parsed.escapeChar };
}

function isStep(instruction: DockerfileInstruction): instruction is LayerStep {
  return instruction.keyword === "COPY" || isConfigKeyword(instruction.keyword);
}

/** The part of an instruction that a layer doesn't support. Empty if it supports the whole instruction. */
function unsupportedPart(instruction: DockerfileInstruction, earlier: readonly DockerfileInstruction[]): string[] {
  const { keyword, line, flags } = instruction;
  const started = earlier.some((other) => other.keyword === "FROM");
  const flag = flags.find(({ name }) => !flagsOf[keyword]?.includes(name));
  if (keyword === "RUN") return [`line ${line}: RUN needs a build`];
  if (keyword === "ARG") return started ? [`line ${line}: ARG after FROM (use ENV)`] : [];
  if (keyword === "FROM") return started ? [`line ${line}: a second FROM`] : flagProblem(keyword, line, flag?.name);
  if (!isStep(instruction)) return [`line ${line}: ${keyword}`];
  if (!started) return [`line ${line}: ${keyword} before FROM`];
  if (instruction.heredoc) return [`line ${line}: COPY with a here-document`];
  return flagProblem(keyword, line, flag?.name);
}

function flagProblem(keyword: string, line: number, flag: string | undefined): string[] {
  return flag === undefined ? [] : [`line ${line}: ${keyword} --${flag}`];
}

function base(file: string, from: DockerfileInstruction, parsed: ParsedDockerfile): ExternalImage {
  const place = `${file}, line ${from.line}`;
  const platform = from.flags.find(({ name }) => name === "platform")?.value;
  if (platform !== undefined && platform !== "linux/amd64") {
    refuse("MOOR243", place, `--platform=${platform}: Azure runs linux/amd64. Remove the flag.`);
  }
  const [image = "", ...stage] = splitWords(from.text, parsed.escapeChar);
  if (stage.length > 0 && !(stage.length === 2 && stage[0]?.toUpperCase() === "AS")) {
    refuse("MOOR242", place, `"FROM ${from.text}" has unexpected arguments. Write FROM <image>.`);
  }
  try {
    const text = expandWord(image, argumentDefaults(file, parsed), parsed.escapeChar);
    return (
      parseExternalImage(text) ??
      refuse(
        "MOOR243",
        place,
        `"${text}" is not <registry>/<repository>@sha256:<64 hexadecimal digits> with the host name of a registry that Azure can reach.`,
      )
    );
  } catch (error) {
    if (error instanceof WordError) return refuse("MOOR242", place, error.message);
    throw error;
  }
}

/** Defaults of the ARG instructions before FROM. A default may use earlier arguments. */
function argumentDefaults(file: string, { instructions, escapeChar }: ParsedDockerfile): Lookup {
  const values = new Map<string, string>();
  const lookup: Lookup = (name) => values.get(name);
  for (const { keyword, text, line } of instructions) {
    if (keyword === "FROM") break;
    for (const word of splitWords(text, escapeChar)) {
      const end = word.indexOf("=");
      try {
        if (end > 0) values.set(word.slice(0, end), expandWord(word.slice(end + 1), lookup, escapeChar));
      } catch (error) {
        if (error instanceof WordError) refuse("MOOR242", `${file}, line ${line}`, error.message);
        throw error;
      }
    }
  }
  return lookup;
}
