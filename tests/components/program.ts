/** index.ts as a function, for tests that run it many times with modules that are loaded once. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { transformSync } from "@swc/core";
import { type LoadedStack, loadStack } from "../../config/load";

const source = transformSync(fs.readFileSync(path.join(__dirname, "..", "..", "index.ts"), "utf8"), {
  ...{ jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
  swcrc: false,
}).code;
const run = new Function("require", "exports", source);
const checked = new Map<string, LoadedStack>();

/** Runs index.ts again with the modules that are loaded, and yields what it exports: a fresh registry would load azure-native for each preview. */
export function program(): unknown {
  const key = JSON.stringify([pulumi.getStack(), pulumi.runtime.allConfig()]);
  if (!checked.has(key)) checked.set(key, loadStack());
  const load = (name: string) =>
    name === "./config/stack" ? checked.get(key) : require(name.startsWith("./") ? `../../${name.slice(2)}` : name);
  const exported = {};
  run(load, exported);
  return exported;
}
