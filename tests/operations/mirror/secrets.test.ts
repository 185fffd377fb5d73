/** The Hugging Face token and signed addresses appear nowhere but in requests to the Hub, also in runs that fail. */

import { inspect } from "node:util";
import type { HubCall, HubServerOptions } from "../../support/hubServer";
import type { Answer } from "../../support/localServer";
import { openWorld, type RunOptions } from "./world";

const token = "hf_planted_4711_token";

/** All that a run leaves: the lock file, lines, errors, and what the blob service and the CDN received. */
async function traces(hub: Partial<HubServerOptions>, run: RunOptions = {}) {
  const world = await openWorld({ hub });
  try {
    const error = await world.run({ token, ...run }).catch((caught: unknown) => caught);
    const { blobs } = world;
    const ofHub = world.hub.calls.filter(({ kind }) => kind !== "cdn").map(({ headers }) => headers.authorization);
    return {
      failed: error !== undefined,
      ofHub,
      elsewhere: inspect(
        [
          error,
          world.text,
          world.lines,
          blobs.calls.map(({ headers: { "x-ms-copy-source": _, ...headers } }) => headers),
          blobs.texts,
          [...blobs.blobs].map(([name, { content, metadata }]) => [name, content.toString(), metadata]),
          world.hub.calls.filter(({ kind }) => kind === "cdn"),
        ],
        { depth: 10, maxArrayLength: null, maxStringLength: null, showHidden: true },
      ),
      sources: blobs.calls.map(({ headers }) => String(headers["x-ms-copy-source"])),
    };
  } finally {
    await world.close();
  }
}

const failures: Record<string, (call: HubCall) => Answer | undefined> = {
  "a refusal of the Hub": ({ kind }) => (kind === "resolve" ? { status: 403, headers: { "x-error-code": "GatedRepo" } } : undefined),
  "an error of the Hub": () => ({ status: 500, body: "Internal error" }),
  "a broken connection": () => "cut",
  "an expired address": ({ kind }) => (kind === "cdn" ? { status: 403 } : undefined),
};

test.each([
  { way: "by URL", stream: false },
  { way: "streamed", stream: true },
])("A run that succeeds, $way", async ({ stream }) => {
  const { failed, ofHub, elsewhere, sources } = await traces({}, { stream });
  expect(failed).toBe(false);
  expect(new Set(ofHub)).toEqual(new Set([`Bearer ${token}`]));
  expect(elsewhere).not.toContain(token);
  expect(elsewhere).not.toContain("secret-");
  expect(sources.join()).not.toContain(token);
  expect(sources.some((source) => source.includes("secret-"))).toBe(!stream);
});

test.each(Object.entries(failures))("A run that ends with %s", async (_, answer) => {
  for (const stream of [false, true]) {
    const { failed, elsewhere, sources } = await traces({ answer }, { stream });
    expect(failed).toBe(true);
    expect(elsewhere).not.toContain(token);
    expect(elsewhere).not.toContain("secret-");
    expect(sources.join()).not.toContain(token);
  }
});
