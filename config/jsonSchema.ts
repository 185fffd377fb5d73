/** JSON Schemas of the stack file and the lock, for editors; derived from the zod schemas, so neither can say what the other doesn't. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod";
import { lockSchema } from "./lockSchema";
import { inheritedKeys } from "./rules/structure";
import { settingsSchema, stackFileSchema } from "./stackFile";

/** Folder of the schemas, below the root of the project. */
const folder = path.join(__dirname, "schema");

/** The files and their text. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return {
    "stack.schema.json": jsonText(stackSchema()),
    "lock.schema.json": jsonText({ title: "Lock of a Moor stack", ...keysChecked(z.toJSONSchema(lockSchema, { io: "input" })) }),
  };
}

/** Writes the schemas into their folder. */
export function writeSchemas(): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(schemaFiles())) fs.writeFileSync(path.join(folder, name), text);
}

/** A stack file holds other providers' settings too; only an unknown key of Moor's own is a mistake. */
function stackSchema(): object {
  const schema = keysChecked(z.toJSONSchema(stackFileSchema, { io: "input" }));
  const config = schema.properties?.config;
  if (typeof config !== "object") return schema;
  const { additionalProperties: _, ...open } = config;
  const propertyNames = { pattern: "^[^:]+:[^:]+$", anyOf: [{ enum: Object.keys(settingsSchema.shape) }, { not: { pattern: "^moor:" } }] };
  return { title: "Stack file of Moor", ...schema, properties: { ...schema.properties, config: { ...open, propertyNames } } };
}

/** The schema, in which the keys of every open map are none that each object has. */
function keysChecked<Schema>(schema: Schema): Schema {
  const text = JSON.stringify(schema, (_, value) =>
    value?.propertyNames === undefined ? value : { ...value, propertyNames: { ...value.propertyNames, not: { enum: inheritedKeys } } },
  );
  return JSON.parse(text) as Schema;
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
