/** References to images in any registry. Unlike in the stack file, a tag and a registry on this machine are allowed. */

export interface RemoteImage {
  /** Host name and optional port of the registry, for example `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

const host = "(?:(?:[a-z0-9-]+\\.)+[a-z0-9-]+|localhost|\\[::1\\])(?::\\d{1,5})?";
const repository = "[a-z0-9]+(?:[._/-]+[a-z0-9]+)*";
const form = new RegExp(`^(${host})/(${repository})(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`);

/** The form of a reference, for messages. */
export const remoteImageForm = "<registry>/<repository>@sha256:<64 hexadecimal digits> or <registry>/<repository>:<tag>";

/** Parses `<registry>/<repository>[:<tag>][@<digest>]` with a tag or a digest. Undefined for any other text. */
export function parseRemoteImage(text: string): RemoteImage | undefined {
  const [, registry, path, tag, digest] = form.exec(text) ?? [];
  if (!registry || !path || (tag === undefined && digest === undefined)) return undefined;
  return { registry, repository: path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** `<registry>/<repository>@<digest>`, without a tag if there is a digest. */
export function remoteImageText({ registry, repository: path, tag, digest }: RemoteImage): string {
  return `${registry}/${path}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}

/** Whether a host name, with an optional port, is an address of this machine. */
export function isLoopback(name: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(name);
}

const dockerHub = "docker.io";

/** Address of a registry's API. Docker Hub's API has another host name than its images. Plain HTTP is used only on this machine. */
export function apiAddress(registry: string): string {
  return `${isLoopback(registry) ? "http" : "https"}://${registry === dockerHub ? "registry-1.docker.io" : registry}`;
}

/** Path of a repository in the registry's API. Docker Hub's official images are in `library`. */
export function apiRepository({ registry, repository: path }: RemoteImage): string {
  return registry === dockerHub && !path.includes("/") ? `library/${path}` : path;
}

/** Name under which Docker's configuration file stores the credentials of a registry. */
export function credentialsName(registry: string): string {
  return registry === dockerHub ? "https://index.docker.io/v1/" : registry;
}
