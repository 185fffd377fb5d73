/** Rules for the folder of score.py. Without them, a wrong path would fail only when the image is built. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type ConfigError, configError, show } from "../errors";
import type { SettingsDraft } from "./draft";

/** @param folder Folder to which paths in the stack file are relative. */
export function scoreErrors({ "moor:endpoints": endpoints = {} }: SettingsDraft, folder: string): ConfigError[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const given = deployment?.score?.path;
      if (given === undefined || isFile(path.resolve(folder, given, "score.py"))) return [];
      const problem = `The folder ${show(given)} contains no score.py.`;
      const allowed = "a folder with score.py, relative to the folder of the stack file";
      return [configError("MOOR046", `moor:endpoints.${key}.deployments.${label}.score.path`, { problem, allowed })];
    }),
  );
}

function isFile(file: string): boolean {
  return fs.existsSync(file) && fs.statSync(file).isFile();
}
