import * as path from "node:path";
import { IDENTITY_HEADER, IDENTITY_PATH } from "./arm";
import { type Engine, languageHost } from "./engine";
import { makePrivateFolder } from "./files/privateHome";
import type { Azure } from "./index";

/** No secret: what keeps the values of stacks on this machine is that only the owner may read the home. */
const passphrase = "azure-local";

/** What of a user's own Pulumi must not reach a stack on this machine, nor the other way round. */
const foreign = ["PULUMI_STACK", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CONFIG", "PULUMI_OPTION_STACK"];

/** What of an identity in Azure would win over the one on this machine. */
const otherIdentity = ["IDENTITY_SERVER_THUMBPRINT", "AZURE_FEDERATED_TOKEN_FILE", "MSI_ENDPOINT"];

/**
 * The environment in which a `pulumi` process works against Azure-on-this-machine, apart from any Pulumi that the user has: own home,
 * own state, own passphrase, providers attached and never fetched.
 */
export function pulumiEnvironment(
  home: string,
  engine: Engine,
  azure: Pick<Azure, "armUrl" | "frontdoorUrl" | "debugProviders" | "subscriptionId">,
): NodeJS.ProcessEnv {
  const state = path.join(home, "state");
  makePrivateFolder(state);
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => ![...foreign, ...otherIdentity].includes(name)));
  return {
    ...own,
    PATH: [...engine.path, process.env.PATH].join(path.delimiter),
    MOOR_LANGUAGE_HOST: languageHost,
    PULUMI_HOME: path.join(home, "pulumi"),
    // Without `metadata=skip` each write of the state also writes a file of attributes beside it, and not atomically: a run that is killed
    // then leaves an empty one, and the state can't be read ("failed to load checkpoint: EOF").
    PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_PROVIDERS: azure.debugProviders,
    ARM_SUBSCRIPTION_ID: azure.subscriptionId,
    // Roles work here as soon as they are granted, and nobody is in the middle of a request.
    MOOR_WAITS: JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: 0, gateSeconds: 10 }),
    MOOR_ARM_URL: azure.armUrl,
    IDENTITY_ENDPOINT: `${azure.armUrl}${IDENTITY_PATH}`,
    IDENTITY_HEADER,
    MOOR_FRONTDOOR_URL: azure.frontdoorUrl,
  };
}
