/** Builds the policy pack: a folder that can be installed and used without this repository. */
import * as fs from "node:fs";
import * as path from "node:path";
import { build } from "esbuild";
import { type Manifest, type PackageLock, shrinkwrap } from "./shrinkwrap";

export interface PackOptions {
  /** Root folder of the repository. */
  readonly root: string;
  /** Folder to write. Files of an earlier build are replaced. */
  readonly output: string;
}

/** Name of the file by which Pulumi recognizes a policy pack. */
const projectFile = "PulumiPolicy.yaml";

/**
 * Writes the pack. The same sources give the same files.
 * @throws Error if the folder contains something else
 */
export async function buildPolicyPack({ root, output }: PackOptions): Promise<void> {
  const sources = path.join(root, "policy");
  requireEmptyOrPack(output);
  fs.mkdirSync(output, { recursive: true });
  const { private: _, ...manifest } = readJson<Manifest & { readonly private: boolean }>(sources, "package.json");
  const published = { ...manifest, main: "index.js" };
  await build({
    entryPoints: [path.join(sources, "index.ts")],
    outfile: path.join(output, "index.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    // The engine starts the pack with the copy of @pulumi/pulumi in the pack's folder, so the pack must use the same one.
    external: Object.keys(published.dependencies),
    // The names of files in comments depend on the working directory.
    absWorkingDir: root,
    charset: "utf8",
    logLevel: "silent",
  });
  writeJson(output, "package.json", published);
  writeJson(output, "npm-shrinkwrap.json", shrinkwrap(readJson<PackageLock>(root, "package-lock.json"), published));
  for (const name of [projectFile, "README.md"]) fs.copyFileSync(path.join(sources, name), path.join(output, name));
  fs.copyFileSync(path.join(root, "LICENSE"), path.join(output, "LICENSE"));
}

function requireEmptyOrPack(folder: string): void {
  if (!fs.existsSync(folder) || fs.existsSync(path.join(folder, projectFile))) return;
  if (fs.readdirSync(folder).length === 0) return;
  throw new Error(`${folder} contains other files. Set --output to a new folder, or to the folder of an earlier build.`);
}

function readJson<Content>(folder: string, name: string): Content {
  return JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as Content;
}

function writeJson(folder: string, name: string, content: unknown): void {
  fs.writeFileSync(path.join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
}
