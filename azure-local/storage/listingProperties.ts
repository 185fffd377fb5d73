import type { ContentHeader } from "./host";

export type ContentHeaderElement = (typeof contentElements)[ContentHeader];

/** The element of List Blobs that contains a property, by the header that contains it. */
export const contentElements = {
  "content-type": "Content-Type",
  "content-encoding": "Content-Encoding",
  "content-language": "Content-Language",
  "content-md5": "Content-MD5",
  "content-disposition": "Content-Disposition",
  "cache-control": "Cache-Control",
} as const satisfies Record<ContentHeader, string>;
