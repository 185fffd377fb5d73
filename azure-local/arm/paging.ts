import type { ArmRequest } from "./armRequest";
import { AzureError } from "./azureError";

/** Default and maximum page size, by lowercase type. Source: Azure REST specification, privatedns: `$top`. */
const PAGES: Readonly<Record<string, number>> = {
  "microsoft.network/privatednszones": 100,
  "microsoft.network/privatednszones/virtualnetworklinks": 100,
};

/** Returns one page of a list and the link to the next one. Types without paging are returned completely. */
export function pageOf<T>(
  type: string,
  all: readonly T[],
  request: ArmRequest,
): { readonly items: readonly T[]; readonly nextLink?: string } {
  const maxSize = PAGES[type.toLowerCase()];
  if (maxSize === undefined) return { items: all };
  const size = Math.min(wholeNumber(request, "$top", maxSize) || maxSize, maxSize);
  const start = wholeNumber(request, "$skipToken", 0);
  const items = all.slice(start, start + size);
  const end = start + items.length;
  if (end >= all.length) return { items };
  const query = new URLSearchParams(request.query);
  query.set("$skipToken", String(end));
  return { items, nextLink: `${request.origin}${request.path}?${query}` };
}

export function wholeNumber({ query }: ArmRequest, name: string, absent: number): number {
  const text = query.get(name);
  if (text === null) return absent;
  if (!/^\d{1,9}$/.test(text)) throw new AzureError(400, "InvalidQueryParameterValue", `The value '${text}' of ${name} is not an integer.`);
  return Number(text);
}
