/** The programs that prod is compared with, as a user would write them: Pulumi's own way to load TypeScript, and no components. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../cli/stackFiles";
import { created, type Recorded } from "../../tests/components/recorder";

/** Writes a Pulumi project. @returns its folder */
export function writeProgram(home: string, name: string, source: string): string {
  const folder = path.join(home, name);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  fs.writeFileSync(path.join(folder, `Pulumi.${name}.yaml`), "config:\n  azure-native:location: swedencentral\n");
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, main: "index.ts" }));
  fs.writeFileSync(path.join(folder, "index.ts"), source);
  // Without types to check, and compiled by swc: the fastest that ts-node does.
  fs.copyFileSync(path.join(root, "tsconfig.json"), path.join(folder, "tsconfig.json"));
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

/** What prod registers, as the real program does it. @param home A folder to write to */
export function recordProd(home: string): readonly Recorded[] {
  const file = path.join(home, "prod.json");
  const args = ["-r", path.join(root, "program", "register.js"), path.join(__dirname, "record.ts"), file];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`prod could not be recorded:\n${stderr}`);
  return JSON.parse(fs.readFileSync(file, "utf8")) as Recorded[];
}

/** A program that registers the same resources with the same inputs and in the same order; an id is the output of the resource that has it. */
export function bareProgram(recorded: readonly Recorded[]): string {
  const resources = recorded.filter(({ custom }) => custom);
  const names = new Map(resources.map(({ name }, index) => [name, `r${index}`]));
  const imports = new Set(resources.map(({ type }) => `import * as ${moduleOf(type).name} from "${moduleOf(type).file}";`));
  const ids = new Map<string, string>();
  const statements = resources.map(({ type, name, inputs, dependsOn }) => {
    const strings = /("(?:[^"\\]|\\.)*")(:?)/g; // a key has a colon after it
    const written = JSON.stringify(inputs, undefined, 2).replace(strings, (whole, text, colon) =>
      colon ? whole : (ids.get(text) ?? text),
    );
    const before = dependsOn.flatMap((other) => names.get(other) ?? []);
    ids.set(JSON.stringify(created(type, inputs).id), `${names.get(name)}.id`);
    const made = `${moduleOf(type).name}.${type.split(":")[2]}`;
    return `const ${names.get(name)} = new ${made}(${JSON.stringify(name)}, ${written}, { dependsOn: [${before.join(", ")}] });`;
  });
  return [...imports, ...statements, "export const id = r0.id;"].join("\n");
}

/** The module of the SDK that has a type: `azure-native:network:Subnet` is in `@pulumi/azure-native/network`. */
function moduleOf(type: string): { readonly name: string; readonly file: string } {
  const [provider, module] = type.split(":") as [string, string];
  return provider === "azure-native"
    ? { name: module, file: `@pulumi/azure-native/${module}` }
    : { name: provider, file: `@pulumi/${provider}` };
}
