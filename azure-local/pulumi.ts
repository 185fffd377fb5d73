import * as path from "node:path";
import { IDENTITY_HEADER, IDENTITY_PATH } from "./arm";
import { type Engine, languageHost } from "./engine";
import { createPrivateFolder } from "./files/privateHome";
import type { Azure } from "./index";

/** Not secret: the values of local stacks are protected by the permissions of the state folder, which only its owner can read. */
const passphrase = "azure-local";

/** Variables of the user's own Pulumi setup, which must not affect local stacks. */
const userVariables = ["PULUMI_STACK", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CONFIG", "PULUMI_OPTION_STACK"];

/** Environment variables for an Azure identity, which would take precedence over the local identity. */
const identityVariables = ["IDENTITY_SERVER_THUMBPRINT", "AZURE_FEDERATED_TOKEN_FILE", "MSI_ENDPOINT"];

/**
 * The environment variables of a `pulumi` process that uses the local Azure. They isolate it from the user's own Pulumi setup: it has a
 * separate home, state and passphrase, and attaches to running providers, so it doesn't download any.
 */
export function pulumiEnvironment(
  home: string,
  engine: Engine,
  azure: Pick<Azure, "armUrl" | "frontdoorUrl" | "debugProviders" | "subscriptionId">,
): NodeJS.ProcessEnv {
  const state = path.join(home, "state");
  createPrivateFolder(state);
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => ![...userVariables, ...identityVariables].includes(name)));
  return {
    ...own,
    PATH: [...engine.path, process.env.PATH].join(path.delimiter),
    MOOR_LANGUAGE_HOST: languageHost,
    PULUMI_HOME: path.join(home, "pulumi"),
    // Without `metadata=skip`, each write of the state also writes an attributes file, but not atomically. A killed run can leave it empty,
    // and then the state can't be read ("failed to load checkpoint: EOF").
    PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_PROVIDERS: azure.debugProviders,
    ARM_SUBSCRIPTION_ID: azure.subscriptionId,
    // In the local Azure, role assignments take effect immediately, and usually there are no in-flight requests to wait for.
    MOOR_WAITS: process.env.MOOR_WAITS || JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: 0, gateSeconds: 10 }),
    MOOR_ARM_URL: azure.armUrl,
    IDENTITY_ENDPOINT: `${azure.armUrl}${IDENTITY_PATH}`,
    IDENTITY_HEADER,
    MOOR_FRONTDOOR_URL: azure.frontdoorUrl,
    MOOR_LOCAL_NETWORK: networkPosition(process.env.MOOR_LOCAL_NETWORK),
  };
}

/** The network position that programs declare to the data plane: inside, unless the user chose outside. */
function networkPosition(chosen: string | undefined): "inside" | "outside" {
  if (chosen === undefined || chosen === "" || chosen === "inside") return "inside";
  if (chosen === "outside") return "outside";
  throw new Error(`MOOR_LOCAL_NETWORK is "${chosen}". Allowed: inside (the default), outside.`);
}
