/** Rules about the folder of a score.py. It is looked for, because a wrong path would show only when somebody builds its image. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Mistake, mistake, show } from "../mistakes";
import type { SettingsDraft } from "./draft";

/** @param folder Folder that paths in the stack file start from. */
export function scoreMistakes({ "moor:endpoints": endpoints = {} }: SettingsDraft, folder: string): Mistake[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const given = deployment?.score?.path;
      if (given === undefined || fs.existsSync(path.resolve(folder, given, "score.py"))) return [];
      const problem = `There is no score.py in ${show(given)}.`;
      const allowed = "a folder with score.py and its Dockerfile, from the stack file's own folder on";
      return [mistake("MOOR046", `moor:endpoints.${key}.deployments.${label}.score.path`, { problem, allowed })];
    }),
  );
}
