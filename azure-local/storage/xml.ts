const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Escapes a text for an element or an attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}

/** An element with a text. */
export function element(name: string, text: string | number): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/**
 * The element Name of a blob or a prefix. Source: Azure REST reference, storageservices/list-blobs: a name with characters that XML does
 * not allow is percent-encoded.
 */
export function nameElement(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 does not allow
  if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(name)) return element("Name", name);
  return `<Name Encoded="true">${encodeURIComponent(name)}</Name>`;
}

/** Which list of blocks an element of a block list refers to. */
export type BlockListEntry = readonly [from: "Committed" | "Uncommitted" | "Latest", id: string];

/** Reads the body of Put Block List. @returns undefined if it isn't a block list */
export function readBlockList(text: string): BlockListEntry[] | undefined {
  const [whole, inner = ""] =
    /^\ufeff?\s*(?:<\?xml[^?]*\?>)?\s*<BlockList(?:\s[^>/]*)?(?:\/>|>([\s\S]*)<\/BlockList\s*>)\s*$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const entries: BlockListEntry[] = [];
  const rest = inner.replace(
    /<(Committed|Uncommitted|Latest)(?:\s*\/>|>\s*([A-Za-z0-9+/=]*)\s*<\/\1\s*>)/g,
    (_whole, from: BlockListEntry[0], id = "") => {
      entries.push([from, id]);
      return "";
    },
  );
  return rest.trim() === "" ? entries : undefined;
}
