/**
 * YAML as Moor reads and writes it: one document of plain maps, lists and scalars. Pulumi reads a stack file with another library and another
 * version of YAML; what the two read differently is refused, so that what is written is what is read.
 */
import type { Document, Node, Pair, Scalar } from "yaml";

/** Why a text is refused. */
export interface YamlFault {
  /** Line in the text, from 1. */
  readonly line: number;
  /** Completes "<file> "; ends without a full stop, for instance `has an alias (*x)`. */
  readonly what: string;
  /** What to write instead. One sentence. */
  readonly fix: string;
}

/** Characters that a file may have. A lock of 500 deployments with their previous decisions has some 3 million. */
const longestText = 8_000_000;
/** Levels of nesting. A stack file needs eight, and a sample request a few more. */
export const deepest = 100;

/** A document and its values, or the first reason why it is refused. */
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

/** What would take the parser too much time or memory. The lexer doesn't recurse, so it can count before anything is parsed. */
function amountFault(text: string): YamlFault | undefined {
  if (text.length > longestText) {
    return { line: 1, what: `has more than ${longestText} characters`, fix: "Split it." };
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
    // Spaces in front of a line are one token; each level of a block takes one at least.
    const levels = Math.max(flow, inLine, /^ +$/.test(token) && inLine === 0 && flow === 0 ? token.length / 8 : 0);
    if (levels > deepest) return { line, what: `is nested more than ${deepest} levels deep`, fix: "Write less deep." };
  }
  return undefined;
}

function syntaxFault(message: string, line: number): YamlFault {
  // The lines after the first quote the file, which the reader has open.
  const first = message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "");
  return { line, what: `is not YAML: ${first.length > 200 ? `${first.slice(0, 197)}...` : first}`, fix: "Correct the line." };
}

/** `%YAML 1.1` changes what words mean. */
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
      if (node.tag !== undefined) return found(node, `has a tag (${node.tag})`, "Remove it; put text in quotes.");
      return isScalar(node) ? scalarFault(node, found) : undefined;
    },
    Pair: (_, { key }: Pair) => keyFault(key, found),
  });
  return fault;
}

type Found = (node: Node, what: string, fix: string) => symbol;

function keyFault(key: unknown, found: Found): symbol | undefined {
  const { isScalar } = yaml();
  if (!isScalar(key)) return undefined;
  const source = key.source ?? "";
  if (key.type !== "PLAIN" || !(notText.test(source) || source === "<<" || source === "")) return undefined;
  return found(key, `has the key ${source || "null"}, which YAML doesn't read as text`, "Put it in quotes.");
}

/** Plain words that some version of YAML reads as something other than text. Sources: YAML 1.1 types; YAML 1.2 core schema; gopkg.in/yaml.v3. */
const notText =
  /^(?:~|null|true|false|[-+]?\.(?:inf|nan)|[-+]?0[box][\da-f_]+|[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[-+]?\d+)?|\d{4}-\d{1,2}-\d{1,2}(?:[t ].*)?)$/i;
/** Those of them that every version reads as the same value. */
const sameEverywhere = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;

function scalarFault(node: Scalar, found: Found): symbol | undefined {
  const { source = "", type, value } = node;
  if (type !== "PLAIN" || !notText.test(source)) return undefined;
  const isExact = typeof value !== "number" || (Number.isFinite(value) && (!/^-?\d+$/.test(source) || Number.isSafeInteger(value)));
  if (sameEverywhere.test(source) && isExact) return undefined;
  const shown = source.length > 40 ? `${source.slice(0, 37)}...` : source;
  return found(
    node,
    `has the value ${shown}, which not every reader of YAML takes for the same`,
    "Put text in quotes; write numbers in digits.",
  );
}

/** Loaded on demand: commands that read no file start faster without it. */
function yaml(): typeof import("yaml") {
  return require("yaml");
}
