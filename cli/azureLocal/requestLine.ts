import { styleText } from "node:util";
import type { SeenRequest } from "../../azure-local";

/** Heading of the lines that `requestLine` makes. */
export const requestHeading = styleText("dim", `${"".padEnd(9)} ${"METHOD".padEnd(6)} STATUS     MS  PATH`);

/** A request as a line of a table: server, method, status, milliseconds, and the path as far as it says something. */
export function requestLine({ server, method, path, status, milliseconds, aborted }: SeenRequest): string {
  const shown = String(status ?? "-").padStart(6);
  const color = status === undefined || status >= 500 ? "red" : status >= 400 ? "yellow" : "green";
  const end = aborted ? styleText("red", "  broken off") : "";
  return `${server.padEnd(9)} ${method.padEnd(6)} ${styleText(color, shown)} ${String(milliseconds).padStart(6)}  ${shortPath(path)}${end}`;
}

/** A path without what is the same in most: subscription, API version, and the namespace of each type. */
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
