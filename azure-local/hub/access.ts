import { HubError } from "./answer";
import type { HubRepository } from "./repository";

/** A user of the Hub. */
export interface HubUser {
  /** IDs of the private repositories that the user can read, and of the gated ones whose license the user accepted. @default none */
  readonly repositories?: readonly string[];
}

/** The users of the Hub by token. */
export type HubUsers = Readonly<Record<string, HubUser>>;

/**
 * The user of a request; undefined for an anonymous one.
 * @throws HubError 401 if the token is unknown
 */
export function userOf(authorization: string | undefined, users: HubUsers): HubUser | undefined {
  if (authorization === undefined) return undefined;
  const [, token = ""] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  const user = Object.hasOwn(users, token) ? users[token] : undefined;
  if (user) return user;
  throw new HubError(401, undefined, "Invalid credentials in Authorization header");
}

/** The error for a repository that does not exist, or that the user must not know of. */
export function notFound(user: HubUser | undefined): HubError {
  return user
    ? new HubError(404, "RepoNotFound", "Repository not found")
    : new HubError(401, "RepoNotFound", "Invalid username or password.");
}

/** @throws HubError if the user can't see the repository */
export function checkVisible(repository: HubRepository, user: HubUser | undefined): void {
  if (repository.private && !isMember(repository, user)) throw notFound(user);
  if (repository.disabled) throw new HubError(403, undefined, "Access to this resource is disabled.");
}

/**
 * Gating applies to the files, not to the information about a repository.
 * @param inEurope Whether the address of the request is in the European Union.
 * @throws HubError if the user can't read the files
 */
export function checkReadable(repository: HubRepository, user: HubUser | undefined, inEurope: boolean): void {
  checkVisible(repository, user);
  const { id, gated = false, refusesEurope = false } = repository;
  const isExcluded = refusesEurope && inEurope;
  if (gated === false || (isMember(repository, user) && !isExcluded)) return;
  if (user === undefined) {
    const message = `Access to model ${id} is restricted. You must have access to it and be authenticated to access it. Please log in.`;
    throw new HubError(401, "GatedRepo", message);
  }
  const message = `Access to model ${id} is restricted and you are not in the authorized list. Visit https://huggingface.co/${id} to ask for access.`;
  throw new HubError(403, "GatedRepo", message);
}

function isMember({ id }: HubRepository, user: HubUser | undefined): boolean {
  return user?.repositories?.includes(id) ?? false;
}
