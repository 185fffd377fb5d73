/** Rules about the folder of a score.py. It is looked for, because a wrong path would only show when its image is built. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Mistake, type MistakeCode, mistake, show } from "../mistakes";
import type { SettingsDraft } from "./draft";

const needed: readonly { readonly file: string; readonly code: MistakeCode }[] = [
  { file: "score.py", code: "MOOR046" },
  { file: "Dockerfile", code: "MOOR067" },
];

/** @param folder Folder that paths in the stack file start from. */
export function scoreMistakes({ "moor:endpoints": endpoints = {} }: SettingsDraft, folder: string): Mistake[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const given = deployment?.score?.path;
      const missing = given === undefined ? undefined : needed.find(({ file }) => !isFile(path.resolve(folder, given, file)));
      if (missing === undefined) return [];
      const problem = `There is no ${missing.file} in ${show(given)}.`;
      const allowed = "a folder with score.py and its Dockerfile, relative to the stack file's folder";
      return [mistake(missing.code, `moor:endpoints.${key}.deployments.${label}.score.path`, { problem, allowed })];
    }),
  );
}

function isFile(file: string): boolean {
  return fs.existsSync(file) && fs.statSync(file).isFile();
}
