import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Readable } from "node:stream";
import type { HubAnswer } from "./answer";
import type { Contents } from "./contents";

/** Seconds. Source: redirects of huggingface.co that were logged in 2026 (`X-Amz-Expires=3600`). */
const lifetime = 3600;

interface Delivered {
  readonly contents: Contents;
  readonly path: string;
}

/**
 * The content delivery network of the Hub: signed addresses of large files, in the format of Amazon CloudFront, as those of
 * us.aws.cdn.hf.co. An address needs no token, and expires.
 */
export class Delivery {
  private readonly secret = randomBytes(32);
  private readonly delivered = new Map<string, Delivered>();
  /** Addresses that were issued before are expired. */
  private validFrom = 0;
  private issued = 0;

  /** @param now Milliseconds since 1970 */
  constructor(private readonly now: () => number) {}

  /** A signed path, which begins with a slash. */
  sign(sha256: string, contents: Contents, file: string): string {
    this.delivered.set(sha256, { contents, path: file });
    const expires = Math.floor(this.now() / 1000) + lifetime;
    // Each address is different, as on the Hub.
    const keyPair = `LOCAL${this.issued++}`;
    const query = new URLSearchParams({
      "response-content-disposition": `inline; filename*=UTF-8''${encodeURIComponent(file.split("/").pop()!)}`,
      Expires: String(expires),
      Policy: Buffer.from(JSON.stringify(policy(sha256, expires))).toString("base64url"),
      Signature: this.signature(sha256, expires, keyPair),
      "Key-Pair-Id": keyPair,
    });
    return `/xet-bridge-us/${sha256}?${query}`;
  }

  /** Lets all addresses expire that were issued until now. */
  expire(): void {
    this.validFrom = this.issued;
  }

  /** The path of the file in its repository; empty if the address is unknown. */
  fileAt(pathname: string): string {
    return this.delivered.get(idOf(pathname))?.path ?? "";
  }

  /** @param range Header `Range`. */
  serve(pathname: string, query: URLSearchParams, range: string | undefined, wrongBytes = false): HubAnswer {
    const id = idOf(pathname);
    const found = this.delivered.get(id);
    if (found === undefined || !this.isValid(id, query)) return denied();
    const answer = rangeAnswer(found.contents, range, {
      "content-type": "application/octet-stream",
      // Not the hash of the content, as with objects that were uploaded in parts.
      etag: `"${createHash("md5").update(id).digest("hex")}"`,
      "cache-control": "public, max-age=31536000",
      "x-cache": "Miss from cloudfront",
    });
    return wrongBytes && answer.body instanceof Readable ? { ...answer, body: changed(answer.body) } : answer;
  }

  private isValid(id: string, query: URLSearchParams): boolean {
    const [expires, keyPair] = [Number(query.get("Expires")), query.get("Key-Pair-Id") ?? ""];
    const [given, expected] = [query.get("Signature") ?? "", this.signature(id, expires, keyPair)].map((text) => Buffer.from(text));
    if (given!.length !== expected!.length || !timingSafeEqual(given!, expected!)) return false;
    return expires > this.now() / 1000 && Number(keyPair.slice("LOCAL".length)) >= this.validFrom;
  }

  private signature(id: string, expires: number, keyPair: string): string {
    return createHmac("sha256", this.secret).update(`${id} ${expires} ${keyPair}`).digest("base64url");
  }
}

/** The whole content, or the range of a request. */
export function rangeAnswer(contents: Contents, range: string | undefined, headers: Readonly<Record<string, string>>): HubAnswer {
  const { size } = contents;
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (from === "" && to === "")
    return {
      status: 200,
      headers: { ...headers, "accept-ranges": "bytes", "content-length": String(size) },
      body: contents.read(0, size - 1),
    };
  const first = from === "" ? Math.max(size - Number(to), 0) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) return { status: 416, headers: { "content-range": `bytes */${size}` } };
  return {
    status: 206,
    headers: {
      ...headers,
      "accept-ranges": "bytes",
      "content-length": String(last - first + 1),
      "content-range": `bytes ${first}-${last}/${size}`,
    },
    body: contents.read(first, last),
  };
}

/** Only makes the address as long as a real one. Azure accepts 2 KiB in `x-ms-copy-source`. */
function policy(sha256: string, expires: number): unknown {
  const Resource = `https://us.aws.cdn.hf.co/xet-bridge-us/${sha256}?response-content-disposition=*`;
  return { Statement: [{ Resource, Condition: { DateLessThan: { "AWS:EpochTime": expires } } }] };
}

function idOf(pathname: string): string {
  return /^\/xet-bridge-us\/([0-9a-f]{64})$/.exec(pathname)?.[1] ?? "";
}

/** Source: Amazon CloudFront's response to an expired or invalid signature. */
function denied(): HubAnswer {
  return {
    status: 403,
    headers: { "content-type": "text/xml", "x-cache": "Error from cloudfront" },
    body: '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>',
  };
}

/** Changes the first byte. */
function changed(body: Readable): Readable {
  return Readable.from(
    (async function* () {
      let isFirst = true;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        const bytes = isFirst ? Buffer.from(chunk) : chunk;
        if (isFirst && bytes.length > 0) bytes[0]! ^= 0xff;
        isFirst = false;
        yield bytes;
      }
    })(),
    { objectMode: false },
  );
}
