import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FolderInUse, storedResources } from "./arm";
import type { Azure, AzureOptions } from "./azure";
import { makePrivate } from "./files/privateHome";
import { startProviders } from "./providers";
import { type Visit, visit } from "./running";
import { type Issuer, openIssuer } from "./scoringProxy";
import { start } from "./start";

export { FolderInUse, type NameAnswer, resolveName } from "./arm";
export type { Azure, AzureOptions, AzureResource } from "./azure";
export { makePrivate, makePrivateFolder, writePrivateFile } from "./files/privateHome";
export type { SeenRequest } from "./requests";
export { type Issuer, openIssuer, type TokenRequest } from "./scoringProxy";

/** Milliseconds for another process that holds the home to say where its Azure is, or to let go of it. */
const patience = 15_000;

/**
 * Opens Azure on this machine. One process runs it for all that use the same home: the others attach to it, and start only their own
 * providers.
 *
 * @throws FolderInUse if another process has the home and `attach` is false, or that process does not answer
 */
export async function openAzure(options: AzureOptions): Promise<Azure> {
  const home = path.resolve(options.home);
  makePrivate(home);
  const issuer = openIssuer(path.join(home, "issuer.secret"));
  for (const givenUp = Date.now() + patience; ; await sleep(50)) {
    const running = options.attach === false ? undefined : await visit(home);
    if (running) return attached(running, issuer, { ...options, home });
    try {
      return await start({ ...options, home }, issuer);
    } catch (error) {
      // Another process has just begun, or is just ending.
      if (!(error instanceof FolderInUse) || options.attach === false || Date.now() > givenUp) throw error;
    }
  }
}

async function attached(running: Visit, issuer: Issuer, { home, refreshIgnores }: AzureOptions): Promise<Azure> {
  const { addresses, pid, leave } = running;
  const { armUrl, subscriptionId } = addresses;
  const providers = await startProviders({ armUrl, subscriptionId, refreshIgnores, issueToken: issuer.issueToken });
  return {
    ...addresses,
    debugProviders: providers.debugProviders,
    runsIn: pid,
    issueToken: issuer.issueToken,
    resources: () =>
      storedResources(path.join(home, "azure")).map(({ id, type, name, body }) => ({ id, type, name, location: body.location })),
    async close() {
      await providers.close();
      leave();
    },
  };
}
