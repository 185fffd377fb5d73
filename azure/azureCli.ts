/** Access tokens from the Azure CLI's login, for commands that run outside Pulumi. A pipeline has such a login after its login step. */
import { execFile } from "node:child_process";
import type { Credential } from "./arm";

/**
 * Seconds for which a token is reused, so that a command with many requests starts `az` once.
 * Source: Azure CLI, `az account get-access-token`: a token is valid for at least 5 minutes.
 */
const reuseSeconds = 240;

/** The account to get a token for, if it isn't the selected account of `az`. */
export interface CliAccount {
  readonly subscriptionId?: string;
  readonly tenantId?: string;
}

/**
 * Returns access tokens of the account that `az` is logged in with.
 * @param environment Environment variables for `az`.
 * @throws Error if `az` isn't on the PATH or returns no token. The message contains the output of `az`.
 */
export function azureCliCredential(environment: NodeJS.ProcessEnv = process.env, account: CliAccount = {}): Credential {
  const tokens = new Map<string, { readonly token: Promise<string>; readonly until: number }>();
  return (audience) => {
    const cached = tokens.get(audience);
    if (cached !== undefined && Date.now() < cached.until) return cached.token;
    const token = tokenOf(audience, environment, account);
    tokens.set(audience, { token, until: Date.now() + reuseSeconds * 1000 });
    token.catch(() => tokens.delete(audience));
    return token;
  };
}

function tokenOf(audience: string, env: NodeJS.ProcessEnv, { subscriptionId, tenantId }: CliAccount): Promise<string> {
  // `az` accepts only one of the two options.
  const tenant = tenantId === undefined ? [] : ["--tenant", tenantId];
  const accountOptions = subscriptionId === undefined ? tenant : ["--subscription", subscriptionId];
  const args = ["account", "get-access-token", "--resource", audience, ...accountOptions, "--query", "accessToken", "--output", "tsv"];
  return new Promise((resolve, reject) => {
    execFile("az", args, { env, encoding: "utf8" }, (error, stdout, stderr) => {
      const token = stdout.trim();
      if (error === null && token !== "") return resolve(token);
      if ((error as NodeJS.ErrnoException | null)?.code === "ENOENT") {
        return reject(
          new Error(
            "The Azure CLI (`az`) is not on the PATH. Install it (https://learn.microsoft.com/cli/azure/install-azure-cli) and log in with `az login`.",
          ),
        );
      }
      const output = stderr.trim() || "(none)";
      reject(
        new Error(
          `The Azure CLI returned no token for ${audience}. Log in with \`az login\` and run the command again. Output:\n${output}`,
        ),
      );
    });
  });
}
