/** JSON schemas of the stack file and the lock file, for editors. They are generated from the zod schemas. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod";
import { lockSchema } from "./lockSchema";
import { inheritedKeys } from "./rules/structure";
import { settingsSchema, stackFileSchema } from "./stackFile";

/** Folder of the schemas. */
const folder = path.join(__dirname, "schema");

/** The schema files: their names and their contents. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return {
    "stack.schema.json": jsonText(stackSchema()),
    "lock.schema.json": jsonText({ title: "Lock file of a Moor stack", ...keysChecked(z.toJSONSchema(lockSchema, { io: "input" })) }),
  };
}

/** Writes the schemas into their folder. */
export function writeSchemas(): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(schemaFiles())) fs.writeFileSync(path.join(folder, name), text);
}

/** A stack file can contain settings of other providers. Only unknown `moor:` keys are errors. */
function stackSchema(): object {
  const schema = keysChecked(z.toJSONSchema(stackFileSchema, { io: "input" }));
  const config = schema.properties?.config;
  if (typeof config !== "object") return schema;
  const { additionalProperties: _, ...open } = config;
  const propertyNames = { pattern: "^[^:]+:[^:]+$", anyOf: [{ enum: Object.keys(settingsSchema.shape) }, { not: { pattern: "^moor:" } }] };
  return { title: "Stack file of Moor", ...schema, properties: { ...schema.properties, config: { ...open, propertyNames } } };
}

/** Forbids, in all maps with free keys, the keys that every JavaScript object has. */
function keysChecked<Schema>(schema: Schema): Schema {
  const text = JSON.stringify(schema, (_, value) =>
    value?.propertyNames === undefined ? value : { ...value, propertyNames: { ...value.propertyNames, not: { enum: inheritedKeys } } },
  );
  return JSON.parse(text) as Schema;
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
