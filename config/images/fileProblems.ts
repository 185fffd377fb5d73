/** Errors of the files that an image is made from. */
import type { Code, Problem } from "../../planner/codes";
import { type ConfigError, configError } from "../errors";

/** What the code of a problem allows. */
const allowedByCode: Partial<Record<Code, string>> = {
  MOOR240: "a folder with a readable Dockerfile",
  MOOR241: "ARG before FROM, one FROM, COPY of local files, ENV, USER, WORKDIR, EXPOSE, ENTRYPOINT, CMD and LABEL",
  MOOR242: "instructions in Docker's syntax",
  MOOR243: "FROM <registry>/<repository>@sha256:<64 hexadecimal digits>",
  MOOR244: "the files that `npm run renew -- base` writes",
  MOOR245: "the files that `npm run renew -- base` writes",
  MOOR246: "the digest of an image manifest for linux/amd64",
  MOOR247: "files and folders in the folder of the Dockerfile",
  MOOR248: "readable files",
  MOOR249: "a path that is not a folder or a symbolic link in the base",
  MOOR250: "at most 256 MiB and 100,000 files and folders",
  MOOR251: "an existing folder and an existing Dockerfile",
  MOOR252: "base images with a digest",
  MOOR253: "at most 2 GiB and 100,000 files and folders",
  MOOR254: "readable files",
  MOOR255: "patterns in Docker's syntax",
};

/**
 * Converts problems with the files of an image to errors of its setting.
 * @param folder Folder of the image, as in the stack file.
 */
export function fileErrors(place: string, folder: string, problems: readonly Problem[]): ConfigError[] {
  return problems.map(({ code, message, remedy, allowed = allowedByCode[code] ?? "files that Docker can build an image from" }) =>
    configError(code, place, { problem: message, allowed, fix: remedy.replaceAll("<folder>", folder) }),
  );
}
