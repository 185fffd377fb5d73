/** Tokens of the Azure CLI's login, for commands that run beside Pulumi. A pipeline has one after its login step. */
import { execFile } from "node:child_process";
import type { Credential } from "./arm";

/**
 * Seconds for which a token is used again, so that a command with many requests starts `az` once.
 * Source: Azure CLI, `az account get-access-token`: a token is valid for at least 5 minutes.
 */
const reuseSeconds = 240;

/** Whose token `az` gives, where it isn't that of the account which is selected. */
export interface CliAccount {
  readonly subscriptionId?: string;
  readonly tenantId?: string;
}

/**
 * Gives tokens of the account that `az` is logged in with.
 * @param environment Environment that `az` runs in.
 * @throws Error when `az` isn't on the PATH or gives no token; the message has what `az` says
 */
export function azureCliCredential(environment: NodeJS.ProcessEnv = process.env, account: CliAccount = {}): Credential {
  const tokens = new Map<string, { readonly token: Promise<string>; readonly until: number }>();
  return (audience) => {
    const known = tokens.get(audience);
    if (known !== undefined && Date.now() < known.until) return known.token;
    const token = tokenOf(audience, environment, account);
    tokens.set(audience, { token, until: Date.now() + reuseSeconds * 1000 });
    token.catch(() => tokens.delete(audience));
    return token;
  };
}

function tokenOf(audience: string, env: NodeJS.ProcessEnv, { subscriptionId, tenantId }: CliAccount): Promise<string> {
  // `az` takes one of the two.
  const tenant = tenantId === undefined ? [] : ["--tenant", tenantId];
  const which = subscriptionId === undefined ? tenant : ["--subscription", subscriptionId];
  const args = ["account", "get-access-token", "--resource", audience, ...which, "--query", "accessToken", "--output", "tsv"];
  return new Promise((resolve, reject) => {
    execFile("az", args, { env, encoding: "utf8" }, (error, stdout, stderr) => {
      const token = stdout.trim();
      if (error === null && token !== "") return resolve(token);
      if ((error as NodeJS.ErrnoException | null)?.code === "ENOENT") {
        return reject(
          new Error(
            "There is no Azure CLI (`az`) on the PATH. Install it (https://learn.microsoft.com/cli/azure/install-azure-cli) and log in with `az login`.",
          ),
        );
      }
      const says = stderr.trim() || "nothing";
      reject(
        new Error(`The Azure CLI gives no token for ${audience}. Log in with \`az login\` and run the command again. It says:\n${says}`),
      );
    });
  });
}
