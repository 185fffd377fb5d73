import { styleText } from "node:util";
import type { HandledRequest } from "../../azure-local";

/** Heading for the lines of `requestLine`. */
export const requestHeading = styleText("dim", `${"".padEnd(9)} ${"METHOD".padEnd(6)} STATUS     MS  PATH`);

/** Formats a request as a table row: server, method, status, milliseconds and shortened path. */
export function requestLine({ server, method, path, status, milliseconds, aborted }: HandledRequest): string {
  const shown = String(status ?? "-").padStart(6);
  const color = status === undefined || status >= 500 ? "red" : status >= 400 ? "yellow" : "green";
  const end = aborted ? styleText("red", "  aborted") : "";
  return `${server.padEnd(9)} ${method.padEnd(6)} ${styleText(color, shown)} ${String(milliseconds).padStart(6)}  ${shortPath(path)}${end}`;
}

/** Removes the parts of a path that most paths share: subscription, API version and type namespaces. */
export function shortPath(path: string): string {
  const [before = "", query = ""] = path.split(/\?(.*)/s);
  const rest = query
    .split("&")
    .filter((part) => part && !part.startsWith("api-version="))
    .join("&");
  const short = before
    .replace(/^\/subscriptions\/[^/]+/i, "")
    .replace(/^\/resourceGroups\//i, "")
    .replace(/\/providers\/Microsoft\./gi, "/");
  return (short || "/") + (rest && `?${rest}`);
}
