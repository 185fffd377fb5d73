// Proves that the keys of an endpoint can be rotated under load in the order of docs/secrets.md, and that requests fail in another order. The
// tests send the requests of the Azure CLI's commands directly. Doesn't prove how long Azure takes until a new key works.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Platform, startPlatform } from "./platform";

type KeyType = "primary" | "secondary";
type Keys = Readonly<Record<`${KeyType}Key`, string>>;

let platform: Platform;
let endpoint: string;
beforeAll(async () => {
  platform = await startPlatform({ https: false });
  endpoint = await platform.endpoint("rotated", await platform.environment("score", 5001, "/score", "/"));
}, 60_000);
afterAll(() => platform.close());

async function post<T>(action: string, body: object): Promise<T> {
  const url = `${platform.azure.armUrl}${endpoint}/${action}?api-version=2025-12-01`;
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  const text = await answer.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** `az ml online-endpoint get-credentials`. */
const keys = () => post<Keys>("listKeys", {});
/** `az ml online-endpoint regenerate-keys --key-type <type>`. */
const regenerate = (type: KeyType) => post("regenerateKeys", { keyType: type === "primary" ? "Primary" : "Secondary" });

async function status(key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(`${platform.azure.frontdoorUrl}/rotated/score`, { method: "POST", headers, body: '{"rows":[]}' });
  await answer.arrayBuffer();
  return answer.status;
}

/** Waits until the endpoint accepts a new key: the scoring proxy caches keys for a moment. */
async function taken(key: string): Promise<string> {
  while ((await status(key)) !== 200) await new Promise((resolve) => setTimeout(resolve, 10));
  return key;
}

/** A client that sends one request after another with its current key. */
function client(first: string) {
  const seen: number[] = [];
  let key = first;
  let over = false;
  const done = (async () => {
    while (!over) seen.push(await status(key));
  })();
  const some = async () => {
    const enough = seen.length + 3;
    while (seen.length < enough) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    some,
    /** Continues until a response has this status. */
    async until(wanted: number) {
      while (!seen.includes(wanted)) await some();
    },
    /** Switches to another key, and sends requests with it for a while. */
    async use(next: string) {
      key = next;
      await some();
    },
    async end() {
      over = true;
      await done;
      return seen;
    },
  };
}

test("both keys are rotated without a failed request", async () => {
  const before = await keys();
  const caller = client(before.primaryKey);
  await caller.some();
  await caller.use(before.secondaryKey);
  await regenerate("primary");
  await caller.some();
  await caller.use(await taken((await keys()).primaryKey));
  await regenerate("secondary");
  await caller.some();
  const seen = await caller.end();
  expect(seen.length).toBeGreaterThanOrEqual(15);
  expect(new Set(seen)).toEqual(new Set([200]));

  const after = await keys();
  await taken(after.secondaryKey);
  expect(new Set([...Object.values(before), ...Object.values(after)]).size).toBe(4);
  expect(await Promise.all([before.primaryKey, before.secondaryKey].map(status))).toEqual([401, 401]);
  expect(await Promise.all([after.primaryKey, after.secondaryKey].map(status))).toEqual([200, 200]);
});

test("a key that clients still use is rejected as soon as it is regenerated", async () => {
  const caller = client((await keys()).primaryKey);
  await caller.some();
  await regenerate("primary");
  await caller.until(401);
  expect(new Set(await caller.end())).toEqual(new Set([200, 401]));
});

test("the documentation contains these steps in this order", () => {
  const text = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "secrets.md"), "utf8");
  const commands = [...text.matchAll(/az ml online-endpoint (get-credentials|regenerate-keys) --name[^\n]*?(--key-type (\w+))?$/gm)];
  expect(commands.map(([, verb, , type]) => [verb, type].join(" ").trim())).toEqual([
    "get-credentials",
    "regenerate-keys primary",
    "get-credentials",
    "regenerate-keys secondary",
  ]);
});
