/** Instructions of a Dockerfile. */
import { type Copy, type Dockerfile, DockerfileParser, type Instruction, type ModifiableInstruction } from "dockerfile-ast";

export interface DockerfileInstruction {
  /** In capital letters: `COPY`. */
  readonly keyword: string;
  /** The first line is 1. */
  readonly line: number;
  /** `--name=value`; a flag without a value has the value `undefined`. */
  readonly flags: readonly { readonly name: string; readonly value: string | undefined }[];
  /** The arguments after the flags, with joined lines and without comments. */
  readonly text: string;
  readonly heredoc: boolean;
}

export interface ParsedDockerfile {
  readonly instructions: readonly DockerfileInstruction[];
  /** Parser directives, such as `# escape=`. */
  readonly directives: readonly { readonly name: string; readonly line: number }[];
  readonly escapeChar: string;
}

export function parseDockerfile(content: string): ParsedDockerfile {
  const file = DockerfileParser.parse(content.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));
  return { instructions: file.getInstructions().map(instruction), directives: directives(file), escapeChar: file.getEscapeCharacter() };
}

function directives(file: Dockerfile): ParsedDockerfile["directives"] {
  return file.getDirectives().map((directive) => ({ name: directive.getName(), line: directive.getRange().start.line + 1 }));
}

function instruction(parsed: Instruction): DockerfileInstruction {
  const flags = isModifiable(parsed) ? parsed.getFlags() : [];
  return {
    keyword: parsed.getKeyword(),
    line: parsed.getRange().start.line + 1,
    flags: flags.map((flag) => ({ name: flag.getName(), value: flag.getValue() ?? undefined })),
    text: (parsed.getArgumentsContent() ?? "").trim(),
    heredoc: isCopy(parsed) && parsed.getHeredocs().length > 0,
  };
}

function isModifiable(parsed: Instruction): parsed is ModifiableInstruction {
  return "getFlags" in parsed;
}

function isCopy(parsed: Instruction): parsed is Copy {
  return parsed.getKeyword() === "COPY" && "getHeredocs" in parsed;
}

/**
 * The strings of the exec form, `["a", "b"]`. Undefined for the shell form.
 * Docker takes a text that starts with `[` and is not valid JSON for the shell form; the caller decides.
 */
export function execForm(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === "string") ? parsed : undefined;
  } catch {
    return undefined;
  }
}
