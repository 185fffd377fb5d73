/** A model on the Hugging Face Hub at one commit: what its license is, which files it has, and where their bytes are. */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { HubAnswer } from "./client";
import { HubError, refusalError } from "./error";
import type { HubTransport } from "./transport";

/** What the model card and the Hub say about a model. */
export interface HubModelInfo {
  /** Model ID, as the Hub spells it. It is another one than the requested ID if the repository was renamed. */
  readonly id: string;
  /** Commit, 40 hexadecimal digits. */
  readonly commit: string;
  /** Whether files require an account that accepted the terms. */
  readonly gated: boolean;
  /** License IDs of the model card. Empty if it names none. */
  readonly licenses: readonly string[];
  /** Name of a license with the ID `other`. */
  readonly licenseName: string | undefined;
  /** Whether the terms exclude addresses in the European Union. */
  readonly refusesEurope: boolean;
  /** Kind of the Hub's pipeline. */
  readonly pipelineTag: string | undefined;
  /** Parameters by safetensors type, as the Hub counted them. */
  readonly parameters: Readonly<Record<string, number>> | undefined;
}

/** A file of a commit. */
export interface HubFile {
  /** Path in the repository. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-1 of the Git object. For a file in LFS or Xet, it is the hash of the pointer. */
  readonly gitHash: string;
  /** SHA-256 of the content. Absent for files that are stored in Git. */
  readonly sha256?: string;
}

/** Where the bytes of a file are. `signed`: at an address of the CDN that needs no token, for about an hour. `hub`: only at the Hub itself. */
export type FileSource = { readonly kind: "signed"; readonly url: string } | { readonly kind: "hub"; readonly url: string };

/** A part of a file: first byte and number of bytes. */
export interface FileRange {
  readonly offset: number;
  readonly size: number;
}

/** Largest file that is read into memory, in bytes. The Hub stores files of more than 10 MB in LFS. */
const largestContent = 64 * 1024 * 1024;

/** Redirects within the Hub, for example of a renamed repository or to its cache. */
const mostRedirects = 5;

export class HubModel {
  /**
   * @param id Model ID, such as `Qwen/Qwen2.5-7B-Instruct`.
   * @param revision Commit, 40 hexadecimal digits. Or `main`, for `info` alone.
   * @param refusesEurope Whether the terms exclude addresses in the European Union, for error messages. @default - `info` reads it
   */
  constructor(
    private readonly transport: HubTransport,
    readonly id: string,
    readonly revision: string,
    private refusesEurope?: boolean,
  ) {}

  /**
   * Reads what the Hub says about the model at the commit.
   * @throws HubError also if the Hub returns another commit
   */
  async info(): Promise<HubModelInfo> {
    const { modelInfo } = await hub();
    const { id: name, revision } = this;
    const found = await modelInfo({
      ...{ name, revision, hubUrl: this.transport.hub, fetch: this.fetchFrom(isMap) },
      additionalFields: ["sha", "cardData", "safetensors"],
    });
    if (!isCommit(found.sha)) {
      throw new HubError("protocol", `${this.transport.hub} returned no commit of ${name}. Check HF_ENDPOINT.`);
    }
    if (isCommit(revision) && found.sha !== revision) {
      const { commit, otherCommit } = this.transport.words;
      throw new HubError(
        "otherCommit",
        `${this.transport.hub} returned the commit ${found.sha} of ${name}, not the ${commit} ${revision}.${otherCommit}`,
      );
    }
    const card: Card = found.cardData ?? {};
    this.refusesEurope = card.extra_gated_eu_disallowed === true;
    const licenses = [card.license].flat().filter((license) => typeof license === "string");
    const licenseName = typeof card.license_name === "string" ? card.license_name : undefined;
    return {
      ...{ id: isModelId(found.name) ? found.name : name, commit: found.sha, licenses, licenseName, refusesEurope: this.refusesEurope },
      gated: found.gated === "auto" || found.gated === "manual",
      pipelineTag: typeof found.task === "string" ? found.task : undefined,
      parameters: parametersIn(found.safetensors),
    };
  }

  /**
   * Lists all files of the commit, from all pages.
   * @throws HubError
   */
  async files(): Promise<HubFile[]> {
    const { listFiles } = await hub();
    const { id: name, revision } = this;
    const files: HubFile[] = [];
    const hubUrl = this.transport.hub;
    const listed = listFiles({ repo: { type: "model", name }, revision, recursive: true, hubUrl, fetch: this.fetchFrom(isListOfEntries) });
    const paths = new Set<string>();
    for await (const { type, path, size, oid = "", lfs } of listed) {
      // A mirror whose pages repeat would be read without an end.
      if (paths.has(path)) throw this.listedTwice(path);
      paths.add(path);
      if (type === "file") files.push({ path, size: lfs?.size ?? size, gitHash: oid, ...(lfs === undefined ? {} : { sha256: lfs.oid }) });
    }
    return files;
  }

  /**
   * Reads a small file and checks its hash: the SHA-256 of a file in LFS, otherwise the SHA-1 of the Git object.
   * @throws HubError if the content has another hash or size, or the file is larger than 64 MiB
   */
  async content(file: HubFile): Promise<Buffer> {
    if (file.size > largestContent) {
      throw new HubError(
        "content",
        `${this.id}: the file ${file.path} has ${file.size} bytes. Allowed for an index, and for a file that isn't stored in LFS: up to ${largestContent} bytes. Choose another commit or model.`,
      );
    }
    const { content } = await this.request(await this.locate(file), file, undefined, true);
    const isSame =
      content.length === file.size && (file.sha256 === undefined ? gitHash(content) === file.gitHash : sha256(content) === file.sha256);
    if (isSame) return content;
    if (isPointer(content)) throw this.pointer(file);
    throw new HubError(
      "content",
      `${this.id} at ${this.revision}: the content of ${file.path} doesn't have the hash that the Hub lists.${this.transport.words.undone} ` +
        "Check that no proxy changes downloads, and run the command again.",
    );
  }

  /**
   * Finds the bytes of a file. The address of a file in LFS or Xet is signed and expires, so it is asked for again when it does.
   * @throws HubError, also if the file can't be read because the model is gated
   */
  async locate(file: HubFile): Promise<FileSource> {
    let url = `${this.transport.hub}/${this.id}/resolve/${this.revision}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const answer = await this.transport.send({ method: "HEAD", url });
      answer.discard();
      this.checkCommit(answer);
      const location = answer.header("location");
      if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
        const next = this.redirected(location, url);
        if (!this.transport.isHub(next)) return { kind: "signed", url: next };
        url = next;
        continue;
      }
      if (answer.status === 200) return { kind: "hub", url };
      throw this.refusal(answer, file.path);
    }
    throw new HubError(
      "protocol",
      `${this.transport.hub} redirects ${file.path} of ${this.id} more than ${mostRedirects} times. Check HF_ENDPOINT.`,
    );
  }

  /**
   * Reads a part of a file as a stream. An expired address is renewed once.
   * @param range @default - the whole file
   * @throws HubError
   */
  async open(source: FileSource, file: HubFile, range?: FileRange): Promise<Readable> {
    return (await this.request(source, file, range, false)).stream();
  }

  /**
   * Reads a part of a file into memory.
   * @throws HubError `range` if the source returns other bytes
   */
  async part(source: FileSource, file: HubFile, range: FileRange): Promise<Buffer> {
    const isWhole = range.offset === 0 && range.size === file.size;
    return (await this.request(source, file, isWhole ? undefined : range, true)).content;
  }

  /** The address that a redirect leads to. */
  private redirected(location: string, url: string): string {
    if (URL.canParse(location, url)) return new URL(location, url).href;
    throw new HubError("protocol", `${this.transport.hub} redirects ${new URL(url).pathname} to no valid address. Check HF_ENDPOINT.`);
  }

  private async request(source: FileSource, file: HubFile, range: FileRange | undefined, isRead: boolean): Promise<HubAnswer> {
    let current = source;
    const headers: Record<string, string> = range === undefined ? {} : { range: `bytes=${range.offset}-${range.offset + range.size - 1}` };
    const isWhole = range === undefined || (range.offset === 0 && range.size === file.size);
    for (let renewals = 0; ; renewals += 1) {
      const answer = await this.transport.send({ url: current.url, headers, isRead });
      if (answer.status === 206 && isRange(answer, range)) return answer;
      if (answer.status === 200 && isWhole) return answer;
      answer.discard();
      if (answer.status === 206 || answer.status === 200) throw this.otherBytes(answer, file, current.url);
      if (current.kind === "hub") throw this.refusal(answer, file.path);
      if (renewals > 0) throw this.expired(file, current.url, answer.status);
      current = await this.locate(file);
    }
  }

  /** The error for an address that is refused also after it was renewed. */
  private expired(file: HubFile, url: string, status: number): HubError {
    return new HubError(
      "expired",
      `${new URL(url).host} refuses ${file.path} of ${this.id} with ${status}, also with a renewed address. ` +
        "Check the clock of this machine and that no proxy changes the address, then run the command again." +
        this.transport.words.again,
    );
  }

  private listedTwice(path: string): HubError {
    return new HubError(
      "protocol",
      `${this.transport.hub} lists ${JSON.stringify(path)} of ${this.id} more than once.${this.transport.words.undone} Check HF_ENDPOINT.`,
    );
  }

  /** The error for a mirror that serves the object in Git instead of the file. */
  pointer(file: HubFile): HubError {
    return new HubError(
      "content",
      `${this.transport.hub} returned a Git LFS pointer instead of the file ${file.path} of ${this.id}. The mirror doesn't contain the file itself. ` +
        "Set HF_ENDPOINT to a Hub or a mirror that serves files in LFS.",
    );
  }

  /** The error for an answer with other bytes than the requested ones. */
  private otherBytes(answer: HubAnswer, file: HubFile, url: string): HubError {
    const size = sizeOf(answer);
    if (file.sha256 !== undefined && size !== undefined && size !== file.size && size <= longestPointer) return this.pointer(file);
    return new HubError("range", this.noRanges(file, url));
  }

  private noRanges(file: HubFile, url: string): string {
    return `${new URL(url).host} doesn't return the requested part of ${file.path} of ${this.id}, but other bytes. Use a Hub or a mirror that supports range requests (HF_ENDPOINT).`;
  }

  /** A mirror of the Hub could resolve a commit to another one. */
  private checkCommit(answer: HubAnswer): void {
    const commit = answer.header("x-repo-commit");
    if (commit === undefined || commit === this.revision) return;
    const { commit: requested, undone } = this.transport.words;
    throw new HubError(
      "otherCommit",
      `${this.transport.hub} returned a file of the commit ${commit} of ${this.id}, not of the ${requested} ${this.revision}.${undone} Check HF_ENDPOINT.`,
    );
  }

  private refusal(answer: HubAnswer, file?: string): HubError {
    const { id, revision, refusesEurope } = this;
    const { hub: address, hasToken, caller } = this.transport;
    return refusalError({
      ...{ id, revision, hub: address, hasToken, caller, status: answer.status, code: answer.header("x-error-code") },
      ...(file === undefined ? {} : { file }),
      ...(refusesEurope === undefined ? {} : { refusesEurope }),
    });
  }

  /** Reads an answer of the API. Only redirects within the Hub are followed: the Hub redirects the names of renamed repositories. */
  private async readApi(address: string): Promise<HubAnswer> {
    let url = address;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.transport.send({ url, headers: { accept: "application/json" }, isRead: true });
      if (answer.status < 300) return answer;
      answer.discard();
      const location = answer.header("location");
      if (answer.status >= 400 || location === undefined || redirects === mostRedirects) throw this.refusal(answer);
      url = this.redirected(location, url);
      if (!this.transport.isHub(url)) throw this.refusal(answer);
    }
  }

  /**
   * `fetch` for the library, which throws typed errors for statuses. The library's own errors don't contain the header `X-Error-Code`. The
   * token is added by the transport, because the library refuses tokens of mirrors and sends the token to any address in a `Link` header.
   * @param isValid Whether the body is what the library expects.
   */
  private fetchFrom(isValid: (body: unknown) => boolean): typeof fetch {
    return async (input) => {
      const answer = await this.readApi(String(input));
      const text = answer.content.toString();
      if (!isValid(parsed(text))) {
        throw new HubError("protocol", `${this.transport.hub} returned no valid answer of a Hugging Face Hub. Check HF_ENDPOINT.`);
      }
      const link = answer.header("link");
      return new Response(text, { status: answer.status, headers: link === undefined ? {} : { link } });
    };
  }
}

/** Whether the bytes of an answer with status 206 are those of the request. Source: RFC 9110, 14.4. */
function isRange(answer: HubAnswer, range: FileRange | undefined): boolean {
  const told = /^bytes (\d+)-(\d+)\//.exec(answer.header("content-range") ?? "");
  if (told === null) return true;
  const { offset, size } = range ?? { offset: 0, size: Number(told[2]) + 1 };
  return Number(told[1]) === offset && Number(told[2]) === offset + size - 1;
}

/** Largest Git LFS pointer, bytes. Source: git-lfs, docs/spec.md. */
const longestPointer = 1024;

/** Bytes of the whole file that an answer is a part of. */
function sizeOf(answer: HubAnswer): number | undefined {
  const total = /^bytes \d+-\d+\/(\d+)$/.exec(answer.header("content-range") ?? "")?.[1];
  const told = answer.status === 206 ? total : answer.header("content-length");
  return told === undefined ? undefined : Number(told);
}

/** Whether a content is a Git LFS pointer. Source: git-lfs, docs/spec.md. */
export function isPointer(content: Buffer): boolean {
  const start = "version https://git-lfs";
  return content.subarray(0, start.length).toString("latin1") === start;
}

/** Whether text has the form of a model ID. */
export function isModelId(text: string): boolean {
  return /^(?:[\w.-]{1,96}\/)?[\w.-]{1,96}$/.test(text) && !text.split("/").some((part) => /^\.+$/.test(part));
}

/** Whether text has the form of a commit. */
export function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** Parameters by type in the answer of the Hub. The Hub counts them some time after an upload. */
function parametersIn(safetensors: unknown): Readonly<Record<string, number>> | undefined {
  if (!isMap(safetensors) || !isMap(safetensors.parameters)) return undefined;
  const counts = Object.entries(safetensors.parameters).filter((entry): entry is [string, number] => isSize(entry[1]));
  return counts.length === 0 ? undefined : Object.fromEntries(counts);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfEntries(body: unknown): boolean {
  return Array.isArray(body) && body.every(isEntry);
}

/** Whether an entry of a list has the values that are used: a size, and the SHA-256 of a file in LFS. */
function isEntry(entry: unknown): boolean {
  if (!isMap(entry) || typeof entry.path !== "string" || !isSize(entry.size)) return false;
  return entry.lfs === undefined || (isMap(entry.lfs) && isSize(entry.lfs.size) && /^[0-9a-f]{64}$/.test(String(entry.lfs.oid)));
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** The parts of a model card that this file reads. They are written by the model's author, so their types are unknown. */
interface Card {
  readonly license?: unknown;
  readonly license_name?: unknown;
  readonly extra_gated_eu_disallowed?: unknown;
}

/** Loaded with the first request. */
const hub = () => import("@huggingface/hub");

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Hash of a Git object. Source: Git docs, "Git Internals - Git Objects". */
function gitHash(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}
