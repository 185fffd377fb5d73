/** Searches the Hub for models with a similar ID, for suggestions. */
import { nearest } from "../../config/nearest";
import { models } from "../../facts/models";
import { HubError } from "./error";
import type { HubTransport } from "./transport";

/** Models that one search returns, those with the most downloads first. */
const mostFound = 100;

/** Suggestions in an error message. */
const mostSuggested = 3;

/** IDs that are close to one that the Hub doesn't know, from the Hub and from the table of models. Closest first. */
export async function similarIds(transport: HubTransport, id: string): Promise<string[]> {
  const [owner, name] = id.includes("/") ? (id.split("/") as [string, string]) : [undefined, id];
  const found = await Promise.all([
    search(transport, { search: name }),
    ...(owner === undefined ? [] : [search(transport, { author: owner })]),
  ]);
  return nearest(id, [...new Set([...Object.keys(models), ...found.flat()])], mostSuggested);
}

/** Suggestions from the table of models alone. */
export function similarInTable(id: string): string[] {
  return nearest(id, Object.keys(models), mostSuggested);
}

/** Source: Hub API, `GET /api/models`. Without an answer, there are no suggestions. */
async function search(transport: HubTransport, filter: Readonly<Record<string, string>>): Promise<string[]> {
  const query = new URLSearchParams({ ...filter, sort: "downloads", limit: String(mostFound) });
  try {
    const answer = await transport.send({
      url: `${transport.hub}/api/models?${query}`,
      headers: { accept: "application/json" },
      isRead: true,
    });
    if (answer.status !== 200) {
      answer.discard();
      return [];
    }
    const list: unknown = JSON.parse(answer.content.toString("utf8"));
    const ids = Array.isArray(list) ? list.map((one: { readonly id?: unknown } | null) => one?.id) : [];
    return ids.filter((one) => typeof one === "string");
  } catch (error) {
    if (error instanceof HubError || error instanceof SyntaxError) return [];
    throw error;
  }
}
