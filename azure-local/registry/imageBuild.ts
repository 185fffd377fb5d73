import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import dockerignore from "@balena/dockerignore";

/** An image to build with a Dockerfile. */
export interface ImageBuild {
  /** Folder. */
  readonly context: string;
  /** Path of the Dockerfile. */
  readonly dockerfile: string;
  /** Build arguments. */
  readonly args: Readonly<Record<string, string>>;
  /** For example `linux/amd64`. @default - the platform of this machine */
  readonly platform?: string;
  readonly target?: string;
}

/**
 * Hashes the context without ignored files, the Dockerfile, and the settings.
 * @throws Error if the folder or the Dockerfile doesn't exist
 */
export function hashInputs({ context, dockerfile }: Pick<ImageBuild, "context" | "dockerfile">, settings: unknown): string {
  if (!isFolder(context)) throw new Error(`build context '${context}' does not exist: set build.context to a folder`);
  if (!fs.existsSync(dockerfile)) throw new Error(`Dockerfile '${dockerfile}' does not exist: set build.dockerfile to a file`);
  const hash = createHash("sha256");
  for (const file of filesOf(context, dockerfile)) {
    const whole = path.join(context, file);
    const stats = fs.lstatSync(whole);
    hash.update(`${file}\0${stats.mode & 0o111 ? "x" : "-"}\0`);
    hash.update(stats.isSymbolicLink() ? fs.readlinkSync(whole) : fs.readFileSync(whole));
  }
  hash.update(fs.readFileSync(dockerfile)).update(JSON.stringify(sorted(settings)));
  return hash.digest("hex");
}

/** Files and links of the context, relative, sorted, without those that `.dockerignore` excludes and without `.git` and `node_modules`. */
function filesOf(context: string, dockerfile: string): string[] {
  const ignoreFile = [`${dockerfile}.dockerignore`, path.join(context, ".dockerignore")].find((file) => fs.existsSync(file));
  const ignores = dockerignore({ ignorecase: false }).add(ignoreFile ? fs.readFileSync(ignoreFile, "utf8") : "");
  const walk = (folder: string): string[] =>
    fs
      .readdirSync(path.join(context, folder), { withFileTypes: true })
      .filter(({ name }) => name !== ".git" && name !== "node_modules")
      .flatMap((entry) => {
        const below = folder ? `${folder}/${entry.name}` : entry.name;
        if (entry.isDirectory()) return walk(below);
        return entry.isFile() || entry.isSymbolicLink() ? [below] : [];
      });
  return walk("")
    .filter((file) => !ignores.ignores(file))
    .sort((one, other) => (one < other ? -1 : 1));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/**
 * Returns the images that a Dockerfile starts from or copies from, without its own stages and `scratch`. Variables are replaced with build
 * arguments and with the defaults of the arguments before the first FROM.
 */
export function basesOf({ dockerfile, args }: ImageBuild): string[] {
  const variables = new Map<string, string>();
  const stages = new Set<string>();
  const bases = new Set<string>();
  const expand = (text: string) =>
    text.replace(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (_, braced?: string, fallback?: string, plain?: string) => {
      return variables.get(braced ?? plain ?? "") || (fallback ?? "");
    });
  const add = (name: string) => {
    if (name !== "" && name !== "scratch" && !stages.has(name.toLowerCase()) && !/^\d+$/.test(name)) bases.add(name);
  };
  for (const line of instructionsOf(fs.readFileSync(dockerfile, "utf8"))) {
    const [, argument, fallback = ""] = /^ARG\s+(\w+)(?:=(\S*))?/i.exec(line) ?? [];
    if (argument && stages.size === 0 && bases.size === 0) variables.set(argument, args[argument] ?? expand(unquoted(fallback)));
    const [, base, stage] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    if (base) add(expand(unquoted(base)));
    if (stage) stages.add(stage.toLowerCase());
    const [, source] = /^(?:COPY|ADD)\s+(?:--\S+\s+)*?--from=(\S+)/i.exec(line) ?? [];
    if (source) add(expand(source));
    const [, mounted] = /^RUN\s.*--mount=\S*\bfrom=([^,\s]+)/i.exec(line) ?? [];
    if (mounted) add(expand(mounted));
  }
  return [...bases];
}

function instructionsOf(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replace(/\\[ \t]*\n/g, " ")
    .split("\n")
    .map((line) => line.trim());
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, "$2");
}

function isFolder(folder: string): boolean {
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
