/**
 * Text as Markdown of GitHub and Azure DevOps, which shows exactly the text. Both platforms link and notify in a second pass over the rendered
 * text: mentions, issues, commits, URLs and e-mail addresses. A backslash or an entity doesn't stop that pass, but code spans do. So each word
 * that isn't certainly plain is a code span. Sources: GitHub docs, "Autolinked references and URLs", "Basic writing and formatting syntax" and
 * "Writing mathematical expressions"; Azure DevOps docs, "Markdown guidance".
 */
import { clean, cut } from "../text";

/** Punctuation around a word that has no meaning in Markdown there. */
const parts = /^(?<lead>[("'“‘]*)(?<core>.*?)(?<trail>[.,;:!?)"'”’%…]*)$/u;
/** Letters and digits, joined by single hyphens, apostrophes and slashes. */
const word = /^[+-]?[\p{L}\p{M}\p{N}]+(?:['’/-][\p{L}\p{M}\p{N}]+)*$/u;
/** With separators of thousands and decimals. */
const number = /^[+-]?\d{1,3}(?:,\d{3})*(?:\.\d+)?$/;
const sign = /^[-+=–—→·×]$/u;
/** Platforms can link them: commits (7 and more hexadecimal digits), and references such as GH-1. */
const linked = /[0-9a-f]{7}|[a-z]-\d|www/i;

/** A code span in a text: the project's own texts quote settings and commands in this way. White space or punctuation is around it. */
const quoted = /(?<=(?:^| )[("'“‘]*)`(?=[^`]*[^`\s|])([^`]+)`(?=[.,;:!?)"'”’%…]*(?: |$))/u;

/** @param limit Characters of the text. @default - not cut */
export function inline(text: string, limit = Number.POSITIVE_INFINITY): string {
  const whole = clean(text);
  const short = cut(whole, limit);
  // The code span in which the text is cut has no end.
  const isOpen = short !== whole && (short.match(/`/g) ?? []).length % 2 === 1;
  const pieces = (isOpen ? short.replace(/`(?=[^`]*$)/, "") : short).split(quoted);
  return pieces.map((piece, index) => (index % 2 === 1 ? withoutPipes(piece, code) : escapeWords(piece, index === 0))).join("");
}

function escapeWords(text: string, isStart: boolean): string {
  return text
    .split(" ")
    .map((one, index) => (isStart && index === 0 ? withoutMarker(one) : escapeWord(one)))
    .join(" ");
}

/** At the start of a line, a number, a sign or colons can start a list or a block, or underline a heading. */
function withoutMarker(text: string): string {
  if (/^[-+=]+$/.test(text)) return `\\${text}`;
  if (/^:+$/.test(text)) return code(text);
  return /^\d+[.)]$/.test(text) ? `${text.slice(0, -1)}\\${text.at(-1)}` : escapeWord(text);
}

function escapeWord(text: string): string {
  return withoutPipes(text, escapePart);
}

/** A pipe ends the cell of a table even in a code span, so it is an entity between the escaped parts. */
function withoutPipes(text: string, escaped: (part: string) => string): string {
  const parts = text.split("|").map((part) => (part.trim() === "" ? part : escaped(part)));
  return parts.join("&#124;");
}

function escapePart(text: string): string {
  const { lead = "", core = "", trail = "" } = parts.exec(text)?.groups ?? { core: text };
  if (core === "") return text;
  const isPlain = sign.test(core) || number.test(core) || (word.test(core) && !linked.test(core));
  return isPlain ? text : `${lead}${code(core)}${trail}`;
}

/**
 * A code span. A dollar sign never touches its fence, because that is how GitHub marks mathematics.
 * @param text Not empty, on one line, without pipes.
 */
export function code(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(1 + Math.max(0, ...runs.map(({ length }) => length)));
  const isPadded = /^[`$ ]|[`$ ]$/.test(text);
  return isPadded ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}
