/**
 * Splits a Dockerfile into instructions in the same way as BuildKit
 * (https://github.com/moby/buildkit/tree/master/frontend/dockerfile/parser).
 *
 * Only the parser directives are read with `dockerfile-ast`. This library is made for editors and differs from BuildKit: it ends an
 * instruction too early after `A=a\ \`, treats a comment within an instruction as part of its arguments, and joins two instructions if a
 * line after such a comment starts with `\ `.
 */
import { splitWords } from "./words";

export interface DockerfileInstruction {
  /** In capital letters: `COPY`. */
  readonly keyword: string;
  /** Line number, starting with 1. */
  readonly line: number;
  /** `--name=value`; a flag without a value has the value `undefined`. */
  readonly flags: readonly { readonly name: string; readonly value: string | undefined }[];
  /** The arguments after the flags, with joined lines and without comments. Here-documents are not part of them. */
  readonly text: string;
  /** Whether the arguments start a here-document. */
  readonly heredoc: boolean;
}

export interface ParsedDockerfile {
  readonly instructions: readonly DockerfileInstruction[];
  /** Parser directives, such as `# escape=`. */
  readonly directives: readonly { readonly name: string; readonly line: number }[];
  readonly escapeChar: string;
}

export function parseDockerfile(content: string): ParsedDockerfile {
  const text = content.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const file = dockerfileAst().DockerfileParser.parse(text);
  const escapeChar = file.getEscapeCharacter();
  return {
    instructions: instructions(text.split("\n"), escapeChar),
    directives: file.getDirectives().map((directive) => ({ name: directive.getName(), line: directive.getRange().start.line + 1 })),
    escapeChar,
  };
}

/** Loaded on demand, because a stack whose images are all digests starts faster without it. */
function dockerfileAst(): typeof import("dockerfile-ast") {
  return require("dockerfile-ast");
}

/** Comments and empty lines are skipped, also within an instruction. */
function instructions(lines: readonly string[], escapeChar: string): DockerfileInstruction[] {
  const found: DockerfileInstruction[] = [];
  let started: { readonly line: number; readonly text: string } | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const { line: first, text } = started ?? { line: at + 1, text: "" };
    started = { line: first, text: text + withoutContinuation(line, escapeChar) };
    if (continues(line, escapeChar)) continue;
    const one = instruction(started.text, first, escapeChar);
    found.push(one.instruction);
    for (const ending of one.heredocs) at = endOfHeredoc(lines, at + 1, ending);
    started = undefined;
  }
  return started === undefined ? found : [...found, instruction(started.text, started.line, escapeChar).instruction];
}

/** Whether the instruction continues on the next line. It doesn't after two escape characters. (buildah 1.28 differs.) */
function continues(line: string, escapeChar: string): boolean {
  const end = line.replace(/[ \t]+$/, "");
  return end.endsWith(escapeChar) && !end.endsWith(escapeChar.repeat(2));
}

function withoutContinuation(line: string, escapeChar: string): string {
  return continues(line, escapeChar) ? line.slice(0, line.lastIndexOf(escapeChar)) : line;
}

/** Docker reads flags at the start of the arguments of each instruction. */
const flagForm = /^--([a-z][a-z-]*)(?:=(\S*))?(?:\s+|$)/i;

function instruction(joined: string, line: number, escapeChar: string) {
  const [, keyword = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(joined.trim()) ?? [];
  const flags: { name: string; value: string | undefined }[] = [];
  let text = rest;
  for (let flag = flagForm.exec(text); flag !== null; flag = flagForm.exec(text)) {
    flags.push({ name: flag[1] ?? "", value: flag[2] });
    text = text.slice(flag[0].length);
  }
  const heredocs = heredocKeywords.has(keyword.toUpperCase()) ? splitWords(text, escapeChar).flatMap(heredocEnding) : [];
  return { instruction: { keyword: keyword.toUpperCase(), line, flags, text, heredoc: heredocs.length > 0 }, heredocs };
}

const heredocKeywords: ReadonlySet<string> = new Set(["ADD", "COPY", "RUN"]);

interface HeredocEnding {
  readonly name: string;
  /** Whether tabs at the start of lines are ignored (`<<-`). */
  readonly tabs: boolean;
}

function heredocEnding(word: string): HeredocEnding[] {
  const [, dash, name] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? [];
  return name === undefined ? [] : [{ name: name.replaceAll(/["']/g, ""), tabs: dash === "-" }];
}

/** Index of the line that ends a here-document, or of the last line. */
function endOfHeredoc(lines: readonly string[], from: number, { name, tabs }: HeredocEnding): number {
  const end = lines.findIndex((line, at) => at >= from && (tabs ? line.replace(/^\t+/, "") : line) === name);
  return end < 0 ? lines.length : end;
}

/**
 * The strings of the exec form, `["a", "b"]`. Undefined for the shell form.
 * If a text starts with `[` but is not valid JSON, Docker uses the shell form. Here, the caller decides.
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
