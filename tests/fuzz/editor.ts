/** Validation of stack files and lock files in an editor: their JSON Schemas, with `ajv`. */
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import { schemaFiles } from "../../config/jsonSchema";

function validator(name: string): ValidateFunction {
  return new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(schemaFiles()[name]!));
}

const validators = { stack: validator("stack.schema.json"), lock: validator("lock.schema.json") };

/** Returns the errors that an editor marks in a file, or undefined if there are none. */
export function marked(file: keyof typeof validators, value: unknown): string | undefined {
  const validate = validators[file];
  return validate(value) ? undefined : JSON.stringify(validate.errors?.slice(0, 3));
}

/** Content that no message can have: a stack trace, or a value that was converted to text by accident. */
export function checkText(text: string): void {
  const wrong = /\[object \w+\]|\bundefined\b|\bNaN\b|\n\s+at .+:\d+|\w+Error: /.exec(text);
  if (wrong !== null) throw new Error(`A message contains ${JSON.stringify(wrong[0])}: ${text.slice(0, 1_000)}`);
}
