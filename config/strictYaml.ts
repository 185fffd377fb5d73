/**
 * The YAML subset that Moor reads and writes: one document of maps, lists and scalars. Pulumi parses stack files with another library and
 * another YAML version. Text that the two parsers read differently is an error.
 */
import type { Document, Node, Pair, Scalar } from "yaml";

/** Why a text is invalid. */
export interface YamlFault {
  /** Line in the text, from 1. */
  readonly line: number;
  /** Completes "<file> ", without a full stop, for example `has an alias (*x)`. */
  readonly what: string;
  /** How to fix it. One sentence. */
  readonly fix: string;
}

/** Maximum number of characters in a file. A lock file of 500 deployments with previous decisions has about 3 million. */
const longestText = 8_000_000;
/** Maximum levels of nesting. A stack file has eight, and a sample request a few more. */
export const deepest = 100;

/** Parses a text. Returns the document and its values, or the first error. */
export function readStrictYaml(text: string): { readonly document: Document; readonly value: unknown } | { readonly fault: YamlFault } {
  const tooMuch = amountFault(text);
  if (tooMuch !== undefined) return { fault: tooMuch };
  const { LineCounter, parseDocument } = yaml();
  const lineCounter = new LineCounter();
  const options = { version: "1.2", schema: "core", uniqueKeys: true, strict: true, merge: false, resolveKnownTags: false } as const;
  const document = parseDocument(text, { ...options, stringKeys: true, lineCounter, logLevel: "error" });
  const lineAt = (offset = 0) => Math.max(1, lineCounter.linePos(offset).line);
  const [error] = document.errors;
  if (error !== undefined) return { fault: syntaxFault(error.message, lineAt(error.pos[0])) };
  const fault = directiveFault(document) ?? nodeFault(document, lineAt);
  return fault === undefined ? { document, value: document.toJS() } : { fault };
}

/** Rejects text that would take the parser too much time or memory. The lexer doesn't recurse, so it can count before parsing. */
function amountFault(text: string): YamlFault | undefined {
  if (text.length > longestText) {
    return { line: 1, what: `has more than ${longestText} characters`, fix: "Split the file." };
  }
  const { Lexer } = yaml();
  let [line, flow, inLine] = [1, 0, 0];
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") flow++;
    else if (token === "]" || token === "}") flow--;
    else if (token === "-" || token === "?") inLine++;
    else if (token.includes("\n")) {
      line += token.split("\n").length - 1;
      inLine = 0;
    }
    // The indentation of a line is one token.
    const levels = Math.max(flow, inLine, /^ +$/.test(token) && inLine === 0 && flow === 0 ? token.length / 8 : 0);
    if (levels > deepest) return { line, what: `is nested more than ${deepest} levels deep`, fix: "Reduce the nesting." };
  }
  return undefined;
}

function syntaxFault(message: string, line: number): YamlFault {
  // The other lines quote the file.
  const first = message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "");
  return { line, what: `is not valid YAML: ${first.length > 200 ? `${first.slice(0, 197)}...` : first}`, fix: "Correct the line." };
}

/** `%YAML 1.1` changes the types of values. */
function directiveFault({ directives }: Document): YamlFault | undefined {
  const has = directives?.yaml.explicit || Object.keys(directives?.tags ?? {}).length > 1;
  return has ? { line: 1, what: "has a directive (%)", fix: "Remove it." } : undefined;
}

function nodeFault(document: Document, lineAt: (offset?: number) => number): YamlFault | undefined {
  const { isAlias, isScalar, visit } = yaml();
  let fault: YamlFault | undefined;
  const found = (node: Node, what: string, fix: string): symbol => {
    fault = { line: lineAt(node.range?.[0]), what, fix };
    return visit.BREAK;
  };
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) return found(node, `has an alias (*${node.source})`, "Write the value itself.");
      if (node.anchor !== undefined) return found(node, `has an anchor (&${node.anchor})`, "Remove it.");
      if (node.tag !== undefined) return found(node, `has a tag (${node.tag})`, "Remove it, and put text in quotes.");
      return isScalar(node) ? scalarFault(node, found) : undefined;
    },
    Pair: (_, { key }: Pair) => keyFault(key, found),
  });
  return fault;
}

type ReportFault = (node: Node, what: string, fix: string) => symbol;

function keyFault(key: unknown, found: ReportFault): symbol | undefined {
  const { isScalar } = yaml();
  if (!isScalar(key)) return undefined;
  const source = key.source ?? "";
  if (key.type !== "PLAIN" || !(notText.test(source) || source === "<<" || source === "")) return undefined;
  return found(key, `has the key ${source || "null"}, which YAML doesn't read as text`, "Put the key in quotes.");
}

/** Unquoted values that some YAML version doesn't read as text. Sources: YAML 1.1 types; YAML 1.2 core schema; gopkg.in/yaml.v3. */
const notText =
  /^(?:~|null|true|false|[-+]?\.(?:inf|nan)|[-+]?0[box][\da-f_]+|[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[-+]?\d+)?|\d{4}-\d{1,2}-\d{1,2}(?:[t ].*)?)$/i;
/** Of these, the values that all YAML versions read the same way. */
const sameEverywhere = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;

/** Whether a text must be in quotes, for example a hash that starts with `0b`. */
export function requiresQuotes(text: string): boolean {
  return notText.test(text);
}

function scalarFault(node: Scalar, found: ReportFault): symbol | undefined {
  const { source = "", type, value } = node;
  if (type !== "PLAIN" || !notText.test(source)) return undefined;
  const isExact = typeof value !== "number" || (Number.isFinite(value) && (!/^-?\d+$/.test(source) || Number.isSafeInteger(value)));
  if (sameEverywhere.test(source) && isExact) return undefined;
  const shown = source.length > 40 ? `${source.slice(0, 37)}...` : source;
  return found(
    node,
    `has the value ${shown}, which different YAML parsers interpret differently`,
    "Put text in quotes, and write numbers with decimal digits.",
  );
}

/** Loaded on demand, because commands that read no YAML start faster without it. */
function yaml(): typeof import("yaml") {
  return require("yaml");
}
