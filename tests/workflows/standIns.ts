/**
 * What the dry runs replace: npm, so that the commands use the local Azure and the packages of this clone, or do nothing but write their files;
 * the Azure CLI; and the server of OIDC tokens.
 */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { root } from "./files";

/** Variables that select an identity in Azure. The local Azure has its own. */
const identity = ["ARM_USE_OIDC", "ARM_OIDC_TOKEN", "ARM_CLIENT_ID", "ARM_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"];

const realNpm = () => execFileSync("bash", ["-c", "command -v npm"], { encoding: "utf8" }).trim();

/** How npm runs the commands of Moor: on the local Azure, or only writing the files that later steps read. */
export type Commands = "real" | "recorded";

/**
 * Stays on the PATH of commands, so that none installs packages through the link. Lint and tests are the run that this suite belongs to, so
 * they only count as called.
 * @param log File that gets a line for each command.
 */
const npm = (log: string, moor: string) => `#!/usr/bin/env bash
set -euo pipefail
echo "$*" >>'${log}'
case "$*" in
  "ci --no-audit --no-fund") ln -s '${path.join(root, "node_modules")}' node_modules ;;
  test | "run lint" | "run typecheck") ;;
${moor}
  *) echo "unexpected command: npm $*" >&2; exit 1 ;;
esac
`;

/** `review --base` uses the local Azure itself. */
const real = () => {
  const command = `exec env ${identity.map((name) => `-u ${name}`).join(" ")} '${realNpm()}' "$@"`;
  return `  "run --silent review -- --base"*) ${command} ;;
  "run --silent "*" -- "*) ${command} --local ;;`;
};

/**
 * Commands with an output copy it from a folder. The base of a review must be a commit of the repository.
 * @param files Folder with `review.md`, `review.json` and `residency.json`.
 */
const recorded = (files: string) => `  "run --silent review -- --base "*" --output "*)
    git rev-parse --verify --quiet "$6^{commit}" && cp -r '${files}' "\${@: -1}" ;;
  "run --silent review -- "*" --output "* | "run --silent review -- --output "*) cp -r '${files}' "\${@: -1}" ;;
  "run --silent residency -- "*" --output "*) cp '${files}/residency.json' "\${@: -1}" ;;
  "run --silent deploy -- "*" --review "*) [ -f "\${@: -1}" ] ;;
  "run --silent smoke -- "* | "run --silent drift -- "*) ;;`;

const az = `#!/usr/bin/env bash
[ "$*" = "account show --query id --output tsv" ] && echo 00000000-0000-0000-0000-000000000000
`;

/**
 * Writes the programs to a folder, which is the first one of PATH.
 * @param files Folder of the files that recorded commands write.
 */
export function writePrograms(folder: string, log: string, commands: Commands, files: string): void {
  fs.mkdirSync(folder);
  const moor = commands === "real" ? real() : recorded(files);
  fs.writeFileSync(path.join(folder, "npm"), npm(log, moor), { mode: 0o755 });
  fs.writeFileSync(path.join(folder, "az"), az, { mode: 0o755 });
}

/** A server of OIDC tokens for jobs that may sign in. */
export interface TokenServer {
  readonly url: string;
  /** The requests, with their authorization. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export async function openTokenServer(): Promise<TokenServer> {
  const requests: string[] = [];
  const server = http.createServer((request, answer) => {
    requests.push(`${request.url} ${request.headers.authorization}`);
    answer.end(JSON.stringify({ value: "token of the job" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?version=1`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
