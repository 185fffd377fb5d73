import type { IncomingMessage } from "node:http";
import { readBody } from "../http/body";
import { checkReadable, checkVisible, type HubUser, type HubUsers, notFound, userOf } from "./access";
import { type HubAnswer, HubError, json } from "./answer";
import { bytesContents, type Contents } from "./contents";
import { rangeAnswer } from "./delivery";
import type { HubPart } from "./faults";
import { listEntry, modelInfo, tagsOf } from "./modelInfo";
import { type FileFacts, fileFacts, type HubRepository } from "./repository";
import { pathsInfo, tree } from "./tree";

/** Maximum size of the body of `paths-info` in bytes. */
const longestBody = 1024 * 1024;

/** Entries of a page of a file list. Source: Hub API, `GET /api/models/{id}/tree/{rev}`, parameter `limit`. */
const pageSizes = { plain: 1000, expanded: 100 } as const;

export interface HubState {
  /** The commits of a repository, the newest last. */
  readonly find: (id: string) => readonly HubRepository[] | undefined;
  /** The newest commits of all repositories. */
  readonly all: () => readonly HubRepository[];
  /** Makes a repository that was not added. @default they don't exist */
  readonly generate?: (id: string, commit: string | undefined) => HubRepository;
  readonly users: HubUsers;
  readonly pageSize?: number;
  readonly smallFiles: "redirected" | "direct";
  /** What is served of files in LFS: their content, or only the pointers, as by a mirror of the Git repository alone. */
  readonly largeFiles: "content" | "pointers";
  /** Whether the addresses of requests are in the European Union. */
  readonly inEurope: boolean;
  /** A signed address of the content delivery network. */
  readonly addressOf: (sha256: string, contents: Contents, file: string) => string;
}

const ID = "((?:[\\w.-]+/)?[\\w.-]+)";
const infoPath = new RegExp(`^/api/models/${ID}(?:/revision/([^/]+))?$`);
const treePath = new RegExp(`^/api/models/${ID}/tree/([^/]+)(?:/(.+?))?/?$`);
const pathsInfoPath = new RegExp(`^/api/models/${ID}/paths-info/([^/]+)$`);
const cachePath = new RegExp(`^/api/resolve-cache/models/${ID}/([0-9a-f]{40})/(.+)$`);
const rawPath = new RegExp(`^/${ID}/raw/([^/]+)/(.+)$`);
const resolvePath = new RegExp(`^/${ID}/resolve/([^/]+)/(.+)$`);

/**
 * The API of the Hub that its client libraries use for models. Sources: Hugging Face docs, hub/api; huggingface.js, packages/hub (requests
 * and responses); huggingface_hub, src/huggingface_hub/file_download.py (headers of resolve).
 */
export class HubRoutes {
  constructor(private readonly state: HubState) {}

  /** The part of the Hub that a path belongs to, and the file that it names. */
  target(pathname: string): { readonly part: HubPart; readonly file: string } {
    const file = resolvePath.exec(pathname)?.[3] ?? cachePath.exec(pathname)?.[3];
    return file === undefined ? { part: "api", file: pathname } : { part: "resolve", file: decoded(file) };
  }

  /** @throws HubError */
  async serve(request: IncomingMessage, url: URL): Promise<HubAnswer> {
    const { pathname, searchParams: query } = url;
    const { method = "GET" } = request;
    const user = userOf(request.headers.authorization, this.state.users);
    const moved = this.redirect(url, user);
    if (moved !== undefined) return moved;
    const reads = method === "GET" || method === "HEAD";
    const [paths, id, rev] = pathsInfoPath.exec(pathname) ?? [];
    if (paths !== undefined && method === "POST") return this.pathsInfo(request, this.visible(id!, rev, user));
    if (!reads) throw new HubError(404, undefined, `The local Hub does not support ${method} ${pathname}.`);
    if (pathname === "/api/models") return this.search(query, user);
    const [isTree, treeId, treeRev, folder = ""] = treePath.exec(pathname) ?? [];
    if (isTree !== undefined) {
      const repository = this.visible(treeId!, treeRev, user);
      const expanded = query.get("expand") === "true";
      const pageSize = this.state.pageSize ?? (expanded ? pageSizes.expanded : pageSizes.plain);
      return tree({ repository, folder: decoded(folder), query, url: `${url.origin}${pathname}`, pageSize });
    }
    const [isCache, cacheId, cacheRev, cacheFile] = cachePath.exec(pathname) ?? [];
    if (isCache !== undefined) return this.small(request, this.readable(cacheId!, cacheRev, user), decoded(cacheFile!));
    const [isInfo, infoId, infoRev] = infoPath.exec(pathname) ?? [];
    if (isInfo !== undefined) return modelInfo(this.visible(infoId!, infoRev, user), query);
    const [isResolve, resolveId, resolveRev, file] = resolvePath.exec(pathname) ?? [];
    if (isResolve !== undefined) return this.resolve(request, this.readable(resolveId!, resolveRev, user), decoded(file!));
    const [isRaw, rawId, rawRev, rawFile] = rawPath.exec(pathname) ?? [];
    if (isRaw !== undefined) return this.raw(request, this.readable(rawId!, rawRev, user), decoded(rawFile!));
    throw new HubError(404, undefined, `The local Hub has no page at ${pathname}.`);
  }

  /**
   * The redirect from an earlier ID or from another case. Source: huggingface.co redirects both with 307, for pages, files and the API. It was
   * observed, and is not documented.
   */
  private redirect(url: URL, user: HubUser | undefined): HubAnswer | undefined {
    const asked = [treePath, pathsInfoPath, infoPath, rawPath, resolvePath].map((path) => path.exec(url.pathname)?.[1]).find(Boolean);
    if (asked === undefined || this.state.find(asked) !== undefined) return undefined;
    const lower = asked.toLowerCase();
    const found = this.state.all().find(({ id, renamedFrom = [] }) => [id, ...renamedFrom].some((one) => one.toLowerCase() === lower));
    if (found === undefined) return undefined;
    checkVisible(found, user);
    const location = `${url.pathname.replace(asked, found.id)}${url.search}`;
    const headers = { location, "content-type": "text/plain; charset=utf-8" };
    return { status: 307, headers, body: `Temporary Redirect. Redirecting to ${location}` };
  }

  /** `GET /api/models`: models whose ID contains a text, whose owner has a name, or that have a tag. */
  private search(query: URLSearchParams, user: HubUser | undefined): HubAnswer {
    const [text, author, limit] = [query.get("search") ?? "", query.get("author") ?? "", Number(query.get("limit") ?? pageSizes.plain)];
    const isVisible = (repository: HubRepository) => {
      try {
        checkVisible(repository, user);
        return true;
      } catch {
        return false;
      }
    };
    const tag = query.get("filter");
    const found = this.state.all().filter((repository) => {
      const { id } = repository;
      if (tag !== null && !tagsOf(repository).includes(tag)) return false;
      const isOwned = author === "" || id.toLowerCase().startsWith(`${author.toLowerCase()}/`);
      return isOwned && id.toLowerCase().includes(text.toLowerCase());
    });
    return json(200, found.filter(isVisible).slice(0, limit).map(listEntry));
  }

  private async pathsInfo(request: IncomingMessage, repository: HubRepository): Promise<HubAnswer> {
    const body = await readBody(request, longestBody);
    if (typeof body === "string") throw new HubError(400, undefined, `The body is ${body}.`);
    const { paths, expand } = readPaths(body.toString("utf8"), request.headers["content-type"] ?? "");
    return pathsInfo(repository, paths, expand);
  }

  /** `GET /{id}/resolve/{rev}/{file}`: a signed address of a large file, or a small file. */
  private async resolve(request: IncomingMessage, repository: HubRepository, file: string): Promise<HubAnswer> {
    const facts = await fileFacts(repository, file);
    if (facts === undefined) throw new HubError(404, "EntryNotFound", "Entry not found");
    if (this.state.largeFiles === "pointers") return this.raw(request, repository, file);
    const { large, size, oid } = facts;
    const commit = { "x-repo-commit": repository.commit };
    if (large) {
      const headers = {
        ...commit,
        "accept-ranges": "bytes",
        "x-linked-size": String(size),
        "x-linked-etag": `"${large.sha256}"`,
        location: this.state.addressOf(large.sha256, repository.files[file]!, file),
      };
      return { status: 302, headers: { ...headers, "content-type": "text/plain; charset=utf-8" }, body: "Found. Redirecting" };
    }
    if (this.state.smallFiles === "direct") return this.small(request, repository, file);
    const location = `/api/resolve-cache/models/${repository.id}/${repository.commit}/${file.split("/").map(encodeURIComponent).join("/")}`;
    const headers = { ...commit, etag: `"${oid}"`, "x-linked-size": String(size), "x-linked-etag": `"${oid}"`, location };
    return { status: 307, headers: { ...headers, "content-type": "text/plain; charset=utf-8" }, body: "Temporary Redirect" };
  }

  /** `GET /{id}/raw/{rev}/{file}`: the object in Git, which is a pointer for a large file. */
  private async raw(request: IncomingMessage, repository: HubRepository, file: string): Promise<HubAnswer> {
    const facts = await fileFacts(repository, file);
    if (facts?.large === undefined) return this.small(request, repository, file);
    return rangeAnswer(bytesContents(facts.large.pointer), request.headers.range, smallHeaders(repository, facts));
  }

  private async small(request: IncomingMessage, repository: HubRepository, file: string): Promise<HubAnswer> {
    const facts = await fileFacts(repository, file);
    if (facts === undefined) throw new HubError(404, "EntryNotFound", "Entry not found");
    return rangeAnswer(repository.files[file]!, request.headers.range, smallHeaders(repository, facts));
  }

  private readable(id: string, revision: string | undefined, user: HubUser | undefined): HubRepository {
    const repository = this.visible(id, revision, user);
    checkReadable(repository, user, this.state.inEurope);
    return repository;
  }

  /** The repository at a revision: a commit, `main` or `HEAD`. @throws HubError */
  private visible(id: string, revision = "main", user: HubUser | undefined): HubRepository {
    const name = decoded(revision);
    const commits = this.state.find(id);
    const isCommit = /^[0-9a-f]{40}$/.test(name);
    if (commits === undefined) {
      if (this.state.generate === undefined) throw notFound(user);
      if (!isCommit && !branches.has(name)) throw unknownRevision(name);
      return this.state.generate(id, isCommit ? name : undefined);
    }
    const newest = commits.at(-1)!;
    checkVisible(newest, user);
    const found = branches.has(name) ? newest : commits.find(({ commit }) => commit === name);
    if (found === undefined) throw unknownRevision(name);
    checkVisible(found, user);
    return found;
  }
}

function smallHeaders({ commit }: HubRepository, { oid }: FileFacts): Record<string, string> {
  return { "content-type": "text/plain; charset=utf-8", "x-repo-commit": commit, etag: `"${oid}"` };
}

const branches = new Set(["main", "HEAD"]);

function unknownRevision(name: string): HubError {
  return new HubError(404, "RevisionNotFound", `Invalid rev id: ${name}`);
}

/** The body is JSON from huggingface.js, and a form from huggingface_hub. */
function readPaths(text: string, type: string): { readonly paths: readonly string[]; readonly expand: boolean } {
  if (!type.includes("json")) {
    const form = new URLSearchParams(text);
    return { paths: form.getAll("paths"), expand: /^true$/i.test(form.get("expand") ?? "") };
  }
  try {
    const { paths, expand } = JSON.parse(text) as { paths?: unknown; expand?: unknown };
    const list = Array.isArray(paths) ? paths : [paths];
    if (list.every((one) => typeof one === "string")) return { paths: list, expand: expand === true };
  } catch {
    // Reported below.
  }
  throw new HubError(400, undefined, '"paths" must be a list of paths.');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
