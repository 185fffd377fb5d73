/** Applies ENV, USER, WORKDIR, EXPOSE, ENTRYPOINT, CMD and LABEL to the configuration of an image, in the same way as Docker. */
import * as path from "node:path";
import type { ContainerConfig } from "./base";
import { type DockerfileInstruction, execForm } from "./dockerfile";
import { expandWord, type Lookup, splitWords, WordError } from "./words";

/** The configuration while the instructions are applied. */
export interface ConfigState {
  readonly config: ContainerConfig;
  /** Whether the Dockerfile has set CMD. If not, ENTRYPOINT removes the CMD of the base. */
  readonly cmdSet: boolean;
}

export type ConfigKeyword = "ENV" | "USER" | "WORKDIR" | "EXPOSE" | "ENTRYPOINT" | "CMD" | "LABEL";

type Change = (state: ConfigState, text: string, escapeChar: string) => ConfigState;

/** Each change throws a WordError if the text is not valid. */
export const configChanges = {
  ENV: ({ config, ...state }, text, escapeChar) => ({
    ...state,
    config: { ...config, Env: pairs("ENV", text, variables(config), escapeChar).reduce(withVariable, config.Env ?? []) },
  }),
  LABEL: ({ config, ...state }, text, escapeChar) => ({
    ...state,
    config: {
      ...config,
      Labels: Object.fromEntries([...Object.entries(config.Labels ?? {}), ...pairs("LABEL", text, variables(config), escapeChar)]),
    },
  }),
  USER: ({ config, ...state }, text, escapeChar) => ({
    ...state,
    config: { ...config, User: oneWord("USER", text, variables(config), escapeChar) },
  }),
  WORKDIR: ({ config, ...state }, text, escapeChar) => ({
    ...state,
    config: { ...config, WorkingDir: absolute(config, nonEmpty("WORKDIR", expandWord(text, variables(config), escapeChar))) },
  }),
  EXPOSE: ({ config, ...state }, text, escapeChar) => ({
    ...state,
    config: {
      ...config,
      ExposedPorts: { ...config.ExposedPorts, ...Object.fromEntries(ports(text, variables(config), escapeChar).map((port) => [port, {}])) },
    },
  }),
  ENTRYPOINT: ({ config, cmdSet }, text) => ({
    cmdSet,
    config: { ...config, Entrypoint: command(config, "ENTRYPOINT", text), ...(cmdSet ? {} : { Cmd: undefined }) },
  }),
  CMD: ({ config }, text) => ({ cmdSet: true, config: { ...config, Cmd: command(config, "CMD", text) } }),
} as const satisfies Record<ConfigKeyword, Change>;

export function isConfigKeyword(keyword: string): keyword is ConfigKeyword {
  return Object.hasOwn(configChanges, keyword);
}

export function applyToConfig(
  state: ConfigState,
  keyword: ConfigKeyword,
  { text }: DockerfileInstruction,
  escapeChar: string,
): ConfigState {
  return configChanges[keyword](state, text, escapeChar);
}

/** The variables that an instruction can use: those of the base, and those of earlier ENV instructions. */
export function variables(config: ContainerConfig): Lookup {
  const values = new Map((config.Env ?? []).map((pair) => [nameOf(pair), pair.slice(nameOf(pair).length + 1)]));
  return (name) => values.get(name);
}

/** Resolves a path relative to the working directory. The result has no trailing slash. */
export function absolute(config: ContainerConfig, target: string): string {
  const joined = path.posix.join("/", target.startsWith("/") ? "" : (config.WorkingDir ?? ""), target);
  return joined === "/" ? joined : joined.replace(/\/$/, "");
}

function nameOf(pair: string): string {
  const end = pair.indexOf("=");
  return end < 0 ? pair : pair.slice(0, end);
}

function withVariable(list: readonly string[], [name, value]: readonly [string, string]): string[] {
  const pair = `${name}=${value}`;
  const position = list.findIndex((other) => nameOf(other) === name);
  return position < 0 ? [...list, pair] : list.with(position, pair);
}

/** `NAME=value NAME=value`, or the old form `NAME value`, whose value is the rest of the line. */
function pairs(keyword: string, text: string, lookup: Lookup, escapeChar: string): [string, string][] {
  const expand = (word: string) => expandWord(word, lookup, escapeChar);
  const words = splitWords(text, escapeChar);
  const [first] = words;
  if (first === undefined) throw new WordError(`${keyword} has no arguments. Write ${keyword} NAME=value.`);
  if (!first.includes("=")) {
    const [, name, value] = /^(\S+)\s+(.+)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new WordError(`${keyword} ${first} has no value. Write ${keyword} ${first}=value.`);
    return [[nonEmpty(keyword, expand(name)), expand(value)]];
  }
  return words.map((word) => {
    const end = word.indexOf("=");
    if (end < 0) throw new WordError(`"${word}" has no "=". Write NAME=value, and quote a value with spaces.`);
    return [nonEmpty(keyword, expand(word.slice(0, end))), expand(word.slice(end + 1))];
  });
}

function nonEmpty(keyword: string, text: string): string {
  if (text === "") throw new WordError(`${keyword} has an empty argument.`);
  return text;
}

function oneWord(keyword: string, text: string, lookup: Lookup, escapeChar: string): string {
  const word = nonEmpty(keyword, expandWord(text, lookup, escapeChar));
  if (/\s/.test(word)) throw new WordError(`${keyword} takes one argument without spaces.`);
  return word;
}

/** `8000` means `8000/tcp`. A range lists each of its ports. */
function ports(text: string, lookup: Lookup, escapeChar: string): string[] {
  const words = splitWords(text, escapeChar).flatMap((word) => expandWord(word, lookup, escapeChar).split(/\s+/).filter(Boolean));
  if (words.length === 0) throw new WordError("EXPOSE has no arguments. Write EXPOSE 8000.");
  return words.flatMap((word) => {
    const [, first, last, protocol = "tcp"] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(word) ?? [];
    const from = Number(first);
    const to = Number(last ?? first);
    if (first === undefined || from < 1 || to > 65_535 || to < from) {
      throw new WordError(`"${word}" is not a port. Write a number from 1 to 65535, a range such as 8000-8002, or 8000/udp.`);
    }
    return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol.toLowerCase()}`);
  });
}

/** Returns the exec form unchanged, and the shell form as an argument of the image's shell. The container expands variables. */
function command(config: ContainerConfig, keyword: string, text: string): string[] | undefined {
  if (text === "") throw new WordError(`${keyword} has no arguments.`);
  const list = execForm(text);
  if (list) return list.length > 0 ? [...list] : undefined;
  if (text.startsWith("[")) {
    throw new WordError(
      `${keyword} starts with "[" and is not a JSON list of strings. Use double quotes: ${keyword} ["program", "argument"].`,
    );
  }
  return [...(config.Shell ?? ["/bin/sh", "-c"]), text];
}
