/**
 * Words of Dockerfile instructions: quotes, escape characters and variables, as Docker reads them.
 * Source: https://docs.docker.com/reference/dockerfile/#environment-replacement
 */

/** The text of an instruction is not valid. The caller adds the file and the line to the message. */
export class WordError extends Error {}

/** Value of a variable; undefined if it is not set. */
export type Lookup = (name: string) => string | undefined;

const space = /\s/;

/** Splits at white space outside quotes. Quotes and escape characters are kept. */
export function splitWords(text: string, escapeChar: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote === undefined && space.test(char)) {
      if (word) words.push(word);
      word = "";
      continue;
    }
    word += char;
    if (char === escapeChar && quote !== "'" && at + 1 < text.length) word += text.charAt(++at);
    else if (quote === undefined && (char === "'" || char === '"')) quote = char;
    else if (char === quote) quote = undefined;
  }
  return word ? [...words, word] : words;
}

/**
 * Removes quotes and escape characters and replaces variables. A variable that is not set is empty, as in Docker.
 * @throws WordError
 */
export function expandWord(word: string, lookup: Lookup, escapeChar: string): string {
  return new Expansion(word, lookup, escapeChar).all();
}

class Expansion {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly lookup: Lookup,
    private readonly escapeChar: string,
  ) {}

  all(): string {
    return this.until(undefined);
  }

  /** Reads to `end`, which is consumed, or to the end of the text. */
  private until(end: string | undefined): string {
    let result = "";
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at);
      if (char === end) {
        this.at++;
        return result;
      }
      result += this.part(char);
    }
    if (end !== undefined) throw new WordError(`"${this.text}" has no closing ${end}.`);
    return result;
  }

  private part(char: string): string {
    switch (char) {
      case "'":
        return this.singleQuoted();
      case '"':
        return this.doubleQuoted();
      case "$":
        return this.variable();
      case this.escapeChar:
        this.at += 2;
        return this.text.charAt(this.at - 1);
      default:
        this.at++;
        return char;
    }
  }

  private singleQuoted(): string {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) throw new WordError(`"${this.text}" has no closing '.`);
    const quoted = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return quoted;
  }

  /** The escape character stands for itself unless it precedes a quote, a dollar sign or another escape character. */
  private doubleQuoted(): string {
    let result = "";
    this.at++;
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at);
      const next = this.text.charAt(this.at + 1);
      if (char === '"') {
        this.at++;
        return result;
      }
      if (char === "$") result += this.variable();
      else if (char === this.escapeChar && (next === '"' || next === "$" || next === this.escapeChar)) {
        result += next;
        this.at += 2;
      } else {
        result += char;
        this.at++;
      }
    }
    throw new WordError(`"${this.text}" has no closing ".`);
  }

  private variable(): string {
    this.at++;
    if (this.text.charAt(this.at) !== "{") {
      const name = this.name();
      return name === "" ? "$" : (this.lookup(name) ?? "");
    }
    this.at++;
    const name = this.name();
    const [, operator] = /^(:?[-+?]|\})/.exec(this.text.slice(this.at)) ?? [];
    if (name === "" || operator === undefined) {
      throw new WordError(
        `"${this.text}" has a substitution that is not supported. Use $NAME, \${NAME}, \${NAME:-default} or \${NAME:+value}.`,
      );
    }
    this.at += operator.length;
    const value = this.lookup(name);
    if (operator === "}") return value ?? "";
    const word = this.until("}");
    const present = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
    if (operator.endsWith("+")) return present ? word : "";
    if (present) return value ?? "";
    if (operator.endsWith("?")) throw new WordError(`The variable ${name} is not set${word ? `: ${word}` : ""}.`);
    return word;
  }

  private name(): string {
    const [name = ""] = /^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/.exec(this.text.slice(this.at)) ?? [];
    this.at += name.length;
    return name;
  }
}
