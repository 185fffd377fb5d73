/** A fake `az` command for tests. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export interface FakeAz {
  /** Environment in which `az` is the fake, and no other command exists. */
  readonly environment: NodeJS.ProcessEnv;
  /** Arguments of each call. */
  calls(): string[];
  remove(): void;
}

/** @param answer Shell script that the command runs. It can use only built-in commands of the shell. */
export function fakeAz(answer: string): FakeAz {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-az-"));
  const log = path.join(folder, "calls");
  fs.writeFileSync(log, "");
  fs.writeFileSync(path.join(folder, "az"), `#!/bin/sh\necho "$@" >> ${log}\n${answer}\n`, { mode: 0o755 });
  return {
    environment: { PATH: folder },
    calls: () => fs.readFileSync(log, "utf8").split("\n").filter(Boolean),
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

/** Output of `az` without a login. */
export const notLoggedIn = `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`;
