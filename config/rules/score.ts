/** Rules for the folder of score.py. Without them, a wrong path would fail only when the image is built. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type ConfigError, configError, type ErrorCode, show } from "../errors";
import type { SettingsDraft } from "./draft";

const requiredFiles: readonly { readonly file: string; readonly code: ErrorCode }[] = [
  { file: "score.py", code: "MOOR046" },
  { file: "Dockerfile", code: "MOOR067" },
];

/** @param folder Folder to which paths in the stack file are relative. */
export function scoreErrors({ "moor:endpoints": endpoints = {} }: SettingsDraft, folder: string): ConfigError[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const given = deployment?.score?.path;
      const missing = given === undefined ? undefined : requiredFiles.find(({ file }) => !isFile(path.resolve(folder, given, file)));
      if (missing === undefined) return [];
      const problem = `The folder ${show(given)} contains no ${missing.file}.`;
      const allowed = "a folder with score.py and its Dockerfile, relative to the folder of the stack file";
      return [configError(missing.code, `moor:endpoints.${key}.deployments.${label}.score.path`, { problem, allowed })];
    }),
  );
}

function isFile(file: string): boolean {
  return fs.existsSync(file) && fs.statSync(file).isFile();
}
