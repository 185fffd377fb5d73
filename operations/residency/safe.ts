/** Text of the statement: without secrets, and without names and addresses of persons. */
import { withoutSecrets } from "../../facts/secretForms";
import type { Check } from "../../rules";

/** Properties whose values are secrets, or contain names or addresses of persons. */
const hidden =
  /(^|\.)(\w*receivers|emailaddress|phonenumber|contactemails|contactroles|customemails|environmentvariables|tags|credentials|secrets?|password|serviceuri|connectionstring|instrumentationkey|customproperties|description|friendlyname|displayname)(\.|$)/i;

const email = /[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+/g;
/** User information, query and fragment of a URL can contain tokens. */
const urlSecrets = /(\b[a-z][\w+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#"')]*)([^\s?#"')]*)(?:[?#][^\s"')]*)?/gi;
const longest = 300;
/** Words of a value of Azure, such as the name of a role. A longer text is written by a person. */
const mostWords = 5;

/** A text without secrets in a known format, e-mail addresses, and the parts of URLs that can contain tokens. */
export function safeText(text: string): string {
  const clean = withoutSecrets(text).replace(urlSecrets, "$1$2$3").replace(email, "[e-mail address]").replace(/\s+/g, " ");
  return clean.length > longest ? `${clean.slice(0, longest - 1)}…` : clean;
}

/** The value of a property as text. Lists and objects are counted, because their items can be anything. */
export function safeValue(property: string, text: string): string {
  const list = listIn(text);
  if (hidden.test(property)) return list === undefined ? "not shown" : `${items(list.length)}, not shown`;
  if (list !== undefined) return list.every(isSimple) ? safeText(list.join(", ") || "none") : items(list.length);
  if (text.startsWith("{")) return "an object, not shown";
  return text.split(/\s+/).length > mostWords ? "text, not shown" : safeText(text);
}

/** The problem of a check, in which the value is as safe as in `safeValue`. */
export function safeProblem({ property, value, problem }: Pick<Check, "property" | "value" | "problem">): string {
  const shown = safeValue(property, value);
  return safeText(shown === value || value === "" ? problem : problem.replaceAll(value, shown));
}

function isSimple(item: unknown): boolean {
  return typeof item === "string" && /^[\w ./:-]{1,80}$/.test(item);
}

function items(count: number): string {
  return count === 1 ? "1 item" : `${count} items`;
}

function listIn(text: string): readonly unknown[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
