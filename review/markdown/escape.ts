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
const linked = /[0-9a-f]{7}|[a-z]-\d|^www/i;

/** @param limit Characters of the text. @default - not cut */
export function inline(text: string, limit = Number.POSITIVE_INFINITY): string {
  const words = cut(clean(text), limit).split(" ");
  return words.map((one, index) => (index === 0 ? withoutMarker(one) : escapeWord(one))).join(" ");
}

/** At the start of a line, a number or a sign can start a list or underline a heading. */
function withoutMarker(text: string): string {
  if (/^[-+=]+$/.test(text)) return `\\${text}`;
  return /^\d+[.)]$/.test(text) ? `${text.slice(0, -1)}\\${text.at(-1)}` : escapeWord(text);
}

/** A pipe ends the cell of a table even in a code span, so it is an entity between code spans. */
function escapeWord(text: string): string {
  return text.split("|").map(escapePart).join("&#124;");
}

function escapePart(text: string): string {
  const { lead = "", core = "", trail = "" } = parts.exec(text)?.groups ?? { core: text };
  if (core === "") return /[:!]/.test(text) ? code(text) : text;
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
