/** index.ts as a function, for tests that run it many times with modules that are loaded once. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as ts from "typescript";
import { type LoadedStack, loadStack } from "../../config/load";

const source = ts.transpileModule(fs.readFileSync(path.join(__dirname, "..", "..", "index.ts"), "utf8"), {
  compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
}).outputText;
const run = new Function("require", "exports", source);
const checked = new Map<string, LoadedStack>();

/** Runs index.ts again with the loaded modules: a new module registry would load azure-native for each preview. */
export function program(): void {
  const key = JSON.stringify([pulumi.getStack(), pulumi.runtime.allConfig()]);
  if (!checked.has(key)) checked.set(key, loadStack());
  const load = (name: string) =>
    name === "./config/stack" ? checked.get(key) : require(name.startsWith("./") ? `../../${name.slice(2)}` : name);
  run(load, {});
}
