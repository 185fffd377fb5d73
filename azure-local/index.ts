import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FolderInUse, storedResources } from "./arm";
import type { Azure, AzureOptions } from "./azure";
import { createPrivateHome } from "./files/privateHome";
import { startProviders } from "./providers";
import { type Attachment, attachTo } from "./running";
import { type Issuer, openIssuer } from "./scoringProxy";
import { start } from "./start";

export { FolderInUse, type NameAnswer, resolveName } from "./arm";
export type { Azure, AzureOptions, AzureResource } from "./azure";
export { createPrivateFolder, createPrivateHome, writePrivateFile } from "./files/privateHome";
export {
  bytesContents,
  type Contents,
  fileContents,
  folderRepository,
  generatedModel,
  type HubFault,
  type HubPart,
  type HubRepository,
  type HubRequest,
  type HubUser,
  type HubUsers,
  type LocalHub,
  type LocalHubOptions,
  sparseContents,
  startLocalHub,
} from "./hub";
export type { HandledRequest } from "./requests";
export { type Issuer, openIssuer, type TokenRequest } from "./scoringProxy";

/** How long to wait, in milliseconds, for another process that uses the state folder to publish its addresses or end. */
const attachTimeout = 15_000;

/**
 * Opens the local Azure. One process per state folder runs it. Other processes attach to it and start only their own provider stand-ins.
 * @throws FolderInUse if another process uses the state folder, and `attach` is false or that process doesn't respond
 */
export async function openAzure(options: AzureOptions): Promise<Azure> {
  const home = path.resolve(options.home);
  createPrivateHome(home);
  const issuer = openIssuer(path.join(home, "issuer.secret"));
  for (const deadline = Date.now() + attachTimeout; ; await sleep(50)) {
    const running = options.attach === false ? undefined : await attachTo(home);
    if (running) return attached(running, issuer, { ...options, home });
    try {
      return await start({ ...options, home }, issuer);
    } catch (error) {
      // Another process is starting or ending.
      if (!(error instanceof FolderInUse) || options.attach === false || Date.now() > deadline) throw error;
    }
  }
}

async function attached(running: Attachment, issuer: Issuer, { home, refreshIgnores }: AzureOptions): Promise<Azure> {
  const { addresses, pid, detach } = running;
  const { armUrl, imagesAddress, subscriptionId } = addresses;
  const providers = await startProviders({ armUrl, imagesAddress, subscriptionId, refreshIgnores, issueToken: issuer.issueToken });
  return {
    ...addresses,
    debugProviders: providers.debugProviders,
    hostProcessId: pid,
    issueToken: issuer.issueToken,
    resources: () =>
      storedResources(path.join(home, "azure")).map(({ id, type, name, body }) => ({ id, type, name, location: body.location })),
    async mountModel() {
      throw new Error(`A model can be mounted only by the process that runs the local Azure: process ${pid}.`);
    },
    async close() {
      await providers.close();
      detach();
    },
  };
}
