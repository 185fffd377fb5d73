/** The part of the expression languages of GitHub Actions and Azure Pipelines that the workflows use. */

/** Values by their names in expressions. */
export type Contexts = Readonly<Record<string, unknown>>;
export type Functions = Readonly<Record<string, (...values: readonly unknown[]) => unknown>>;

const token = /'(?:[^']|'')*'|[A-Za-z_][\w-]*(?:\.[\w-]+|\['[^']*'\])*|\d+|==|!=|&&|\|\||!|[(),]|\s+/y;

/** Evaluates an expression. A missing value is an empty text, as in GitHub Actions. */
export function evaluate(expression: string, contexts: Contexts, functions: Functions): unknown {
  let code = "";
  token.lastIndex = 0;
  while (token.lastIndex < expression.length) {
    const at = token.lastIndex;
    const found = token.exec(expression)?.[0];
    if (found === undefined) throw new Error(`The dry run doesn't support the expression ${expression} from position ${at}.`);
    if (found.startsWith("'")) code += JSON.stringify(found.slice(1, -1).replaceAll("''", "'"));
    else if (/^[A-Za-z_]/.test(found))
      code += expression[token.lastIndex] === "(" ? `functions.${found}` : JSON.stringify(lookUp(found, contexts));
    else code += found;
  }
  return new Function("functions", `return (${code});`)(functions) as unknown;
}

function lookUp(path: string, contexts: Contexts): unknown {
  // Keys in brackets can contain points, such as ['plan.digest'].
  const keys = [...path.matchAll(/\['([^']*)'\]|[^.[\]']+/g)].map(([whole, bracketed]) => bracketed ?? whole);
  let value: unknown = contexts;
  for (const key of keys) value = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
  return value ?? "";
}

/** Replaces the expressions in a text by their values. */
export function interpolate(text: string, contexts: Contexts, functions: Functions): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => String(evaluate(expression.trim(), contexts, functions)));
}
