/** Credentials of registries from Docker's configuration file, which `docker login` writes. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { credentialsName } from "./remoteImage";

/** A user with a password, or an identity token that is exchanged for access tokens. */
export type RegistryCredentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "token"; readonly identityToken: string };

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** Path of Docker's configuration file. */
export function dockerConfigFile(environment: NodeJS.ProcessEnv): string {
  return path.join(environment.DOCKER_CONFIG || path.join(environment.HOME || os.homedir(), ".docker"), "config.json");
}

/**
 * The credentials of a registry. Undefined if there are none: requests are then anonymous.
 * @throws Error if the file is not JSON or a credential helper is missing
 */
export async function dockerCredentials(registry: string, environment: NodeJS.ProcessEnv): Promise<RegistryCredentials | undefined> {
  const file = dockerConfigFile(environment);
  const config = readConfig(file);
  const name = credentialsName(registry);
  const helper = config.credHelpers?.[registry] ?? config.credHelpers?.[name] ?? (config.credsStore || undefined);
  if (helper !== undefined) return fromHelper(helper, name, environment, file);
  const stored = config.auths?.[name] ?? config.auths?.[`https://${name}`];
  if (stored?.identitytoken) return { kind: "token", identityToken: stored.identitytoken };
  const decoded = Buffer.from(stored?.auth ?? "", "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 1 ? undefined : { kind: "password", username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function readConfig(file: string): DockerConfig {
  if (!fs.existsSync(file)) return {};
  try {
    return (JSON.parse(fs.readFileSync(file, "utf8")) as DockerConfig | null) ?? {};
  } catch {
    throw new Error(
      `Docker's configuration file ${file} is not valid JSON. Correct it, or set DOCKER_CONFIG to an empty folder to send requests without credentials.`,
    );
  }
}

/**
 * Runs a credential helper. Undefined if it has no credentials: it then exits with an error. Source: docker-credential-helpers, protocol.
 */
async function fromHelper(helper: string, name: string, env: NodeJS.ProcessEnv, file: string): Promise<RegistryCredentials | undefined> {
  const command = `docker-credential-${helper}`;
  const output = await new Promise<string | undefined>((resolve, reject) => {
    const child = spawn(command, ["get"], { env, stdio: ["pipe", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.on("error", () =>
      reject(
        new Error(`${file} names the credential helper ${helper}, but ${command} is not on the PATH. Install it, or set DOCKER_CONFIG.`),
      ),
    );
    child.on("close", (code) => resolve(code === 0 ? text : undefined));
    // A helper can end before it reads its input.
    child.stdin.on("error", () => {});
    child.stdin.end(name);
  });
  if (output === undefined) return undefined;
  const { Username: username, Secret: secret } = helperAnswer(command, output);
  return username === "<token>" ? { kind: "token", identityToken: secret } : { kind: "password", username, password: secret };
}

function helperAnswer(command: string, output: string): { readonly Username: string; readonly Secret: string } {
  try {
    return JSON.parse(output) as { readonly Username: string; readonly Secret: string };
  } catch {
    // The output is not shown, because it can contain the secret.
    throw new Error(`${command} didn't answer in JSON. Log in again with \`docker login\`, or set DOCKER_CONFIG to an empty folder.`);
  }
}
