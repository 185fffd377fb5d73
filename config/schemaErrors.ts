/** Converts the errors that zod finds to configuration errors. */
import * as z from "zod";
import { type ConfigError, configError, type ErrorCode, show } from "./errors";
import { describeId } from "./leaves";
import { didYouMean } from "./nearest";
import { exactlyOne } from "./rules/exactlyOne";
import { keysAt, schemaAt } from "./schemaTools";
import { unknownKeys } from "./settings";
import { formOf } from "./unionErrors";

/** A value and its schema. */
export interface SchemaCheck {
  readonly schema: z.ZodType;
  readonly value: unknown;
  /** Prefix of each path, for example the name of a file. @default - none */
  readonly root?: string;
  /** Top-level keys whose values must not be shown. */
  readonly secretKeys?: readonly string[];
}

/** Returns all schema errors of a value, in the order of the schema. */
export function schemaErrors({ schema, value, root = "", secretKeys = [] }: SchemaCheck): ConfigError[] {
  const { error } = schema.safeParse(value, { reportInput: true });
  return (error?.issues ?? []).flatMap((issue) => {
    const secret = secretKeys.includes(String(issue.path[0]));
    return issueErrors(issue, { schema, root, secret });
  });
}

interface Place {
  /** Schema to which the path of an issue is relative. */
  readonly schema: z.ZodType;
  /** Prefix of each path. */
  readonly root: string;
  readonly secret: boolean;
}

function issueErrors(issue: z.core.$ZodIssue, { schema, root, secret }: Place): ConfigError[] {
  const path = [root, ...issue.path.map(String)].filter((part) => part !== "").join(".");
  if (issue.code === "unrecognized_keys") return unknownKeys(path, allowedKeys(schema, issue), issue.keys);
  const union = issue.code === "invalid_union" ? unionErrors(issue, path, { schema, root, secret }) : undefined;
  return union ?? [issueError(issue, path, secret)];
}

/** The allowed keys of a map. In a union, they are the keys of the intended form. */
function allowedKeys(schema: z.ZodType, { path, input }: z.core.$ZodIssueUnrecognizedKeys): string[] {
  const union = schemaAt(schema, path);
  const form = union instanceof z.ZodUnion && isMap(input) ? formOf(union, input) : undefined;
  return form !== undefined && "schema" in form ? Object.keys(form.schema.shape) : keysAt(schema, path);
}

/** The errors of the intended form of a value. Undefined if the form is ambiguous. */
function unionErrors(issue: z.core.$ZodIssueInvalidUnion, path: string, { schema, secret }: Place): ConfigError[] | undefined {
  const union = schemaAt(schema, issue.path);
  const form = union instanceof z.ZodUnion && isMap(issue.input) ? formOf(union, issue.input) : undefined;
  if (form !== undefined && "oneOf" in form) {
    const unknown = Object.keys(issue.input as object).filter((key) => !form.keys.includes(key));
    return unknown.length > 0 ? unknownKeys(path, form.oneOf, unknown) : exactlyOne(path, issue.input, form.oneOf);
  }
  if (form !== undefined)
    return issue.errors[form.index]?.flatMap((inner) => issueErrors(inner, { schema: form.schema, root: path, secret }));
  const [ofType, ...others] = issue.errors.filter((issues) =>
    issues.every((inner) => inner.code !== "invalid_type" || inner.path.length > 0),
  );
  return others.length > 0 ? undefined : ofType?.map((inner) => issueError(inner, path, secret));
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function issueError(issue: z.core.$ZodIssue, path: string, secret: boolean): ConfigError {
  const value = secret ? "[secret]" : show(issue.input);
  const code = codeOf(issue);
  if (issue.code === "invalid_key") {
    const [inner] = issue.issues;
    const key = String(issue.path.at(-1));
    return configError(code, path, { problem: `The name ${show(key)} is not valid.`, allowed: inner?.message ?? issue.message });
  }
  if (code === "MOOR002") return configError(code, path, { problem: "The value is missing.", allowed: issue.message });
  const near = issue.code === "invalid_value" && !secret ? valueFix(issue) : undefined;
  const fix = issue.code === "invalid_type" ? quotesFix(issue) : near;
  return configError(code, path, { problem: problemText(code, value, issue.input), allowed: issue.message, fix });
}

/** Suggests similar values. Of codes there is no similar one: a guess could accept another risk. */
function valueFix({ input, values }: z.core.$ZodIssueInvalidValue): string | undefined {
  const allowed = values.map(String);
  if (allowed.every((value) => /^MOOR\d{3}$/.test(value)))
    return "Copy the code from the report of a finding. Errors of the stack file and of the planner can't be accepted.";
  return didYouMean(String(input), allowed);
}

/** YAML reads 4711 as a number and "4711" as text, so the fix can be to add or remove quotes. */
function quotesFix({ expected, input }: z.core.$ZodIssueInvalidType): string | undefined {
  if (expected === "string" && (typeof input === "number" || typeof input === "boolean")) return "Put the value in quotes.";
  const wantsPlain = expected === "number" || expected === "int" || expected === "boolean";
  const looksPlain = typeof input === "string" && /^(-?\d+(\.\d+)?|true|false)$/.test(input);
  return wantsPlain && looksPlain ? "Remove the quotes around the value." : undefined;
}

function problemText(code: ErrorCode, value: string, input: unknown): string {
  if (code === "MOOR004") return `The value ${value} is not allowed.`;
  if (code === "MOOR005") return `The number ${value} is out of range.`;
  if (code === "MOOR006") return `The value ${value} has an invalid format.`;
  if (code === "MOOR209") return `The image ${value} has no digest.`;
  if (code === "MOOR042") return `The value ${value} is ${describeId(String(input))}.`;
  return `The value ${value} is ${typeName(input)}.`;
}

function codeOf(issue: z.core.$ZodIssue): ErrorCode {
  if (issue.code === "custom") return issue.params?.code as ErrorCode;
  if (issue.code !== "invalid_key" && isBlank(issue.input)) return "MOOR002";
  if (issue.code === "too_big" || issue.code === "too_small") return typeof issue.input === "number" ? "MOOR005" : "MOOR006";
  return codes[issue.code] ?? "MOOR003";
}

const codes: Partial<Record<z.core.$ZodIssue["code"], ErrorCode>> = {
  invalid_type: "MOOR003",
  invalid_value: "MOOR004",
  invalid_union: "MOOR004",
  invalid_format: "MOOR006",
  invalid_key: "MOOR010",
};

/** A key without a value is null in YAML. Pulumi passes it as empty text. */
function isBlank(input: unknown): boolean {
  return input === undefined || input === null || input === "";
}

function typeName(input: unknown): string {
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object") return "a map";
  if (typeof input === "number") return Number.isInteger(input) ? "a number" : "a fraction";
  return typeof input === "string" ? "text" : `a ${typeof input}`;
}
