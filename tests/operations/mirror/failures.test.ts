/**
 * Each failure of a copy ends with its own sentence, and nothing is recorded: `World.failure` checks that the lock file is unchanged. That the
 * real services answer with these statuses and codes is not proved here.
 */
import { readLock, writeLock } from "../../../config/lockFile";
import { withStagedWeights } from "../../../operations/mirror/lock";
import type { BlobCall } from "../../support/blobServer";
import type { HubCall, HubServerOptions } from "../../support/hubServer";
import { revision } from "../../support/hubServer";
import type { Answer } from "../../support/localServer";
import { fiveShards, folder, openWorld, type RunOptions, sampleLock, type World, type WorldOptions } from "./world";

const worlds: World[] = [];

async function open(options?: WorldOptions): Promise<World> {
  const world = await openWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const files = fiveShards();
const shard = "model-00002-of-00005.safetensors";

/** The sentence of a failed run, with stable addresses. */
async function sentence(options: WorldOptions, run?: RunOptions): Promise<string> {
  const world = await open(options);
  const { message } = await world.failure(run);
  expect(world.blobs.blobs.has(`${folder}/SHA256SUMS`)).toBe(false);
  return message
    .replaceAll(world.hub.url, "https://hub")
    .replaceAll(world.hub.cdn, "https://cdn")
    .replaceAll(/127\.0\.0\.1:\d+/g, "host");
}

const ofHub = (hub: Partial<HubServerOptions>, run?: RunOptions) => sentence({ hub }, run);
const answers = (answer: (call: HubCall) => Answer | undefined, run?: RunOptions) => ofHub({ answer }, run);
const ofBlobs = (answer: (call: BlobCall) => Answer | undefined, run?: RunOptions) => sentence({ blobs: { answer } }, run);
const refusal = (status: number, code?: string): Answer => ({ status, headers: code === undefined ? {} : { "x-error-code": code } });

describe("The repository", () => {
  const nothingSent = async (options: WorldOptions, problem: string) => {
    const world = await open(options);
    expect(await world.failure()).toMatchObject({ problem });
    expect(world.blobs.calls).toEqual([]);
  };

  test("Python files", async () => {
    const hub = { files: { ...files, "modeling_tiny.py": Buffer.from("import os"), "code/extra.py": Buffer.from("") } };
    await nothingSent({ hub }, "python");
    expect(await ofHub(hub)).toBe(
      [
        "acme/tiny has Python files, which vLLM could run in the container: modeling_tiny.py, code/extra.py. Nothing was copied. Set `vllm.remoteCode` of chat/main, chat/candidate to one of these values, and run `npm run lock`:",
        "  omit    stages the model without them; for architectures that vLLM implements itself",
        "  allow   stages them too, after you reviewed them at this commit; the flag trust-remote-code is then allowed",
        "  refuse  (default) stages no model with Python files; choose another model or commit",
      ].join("\n"),
    );
  });

  test("Python files that the stack file omits or allows", async () => {
    const hub = { files: { ...files, "modeling_tiny.py": Buffer.from("import os") } };
    const omitted = await open({ hub, lock: sampleLock({ remoteCode: "omit" }) });
    await omitted.run();
    expect(omitted.blobs.blobs.has(`${folder}/modeling_tiny.py`)).toBe(false);
    expect(omitted.lines).toContain("acme/tiny: these Python files are not staged: modeling_tiny.py.");
    const allowed = await open({ hub, lock: sampleLock({ remoteCode: "allow" }) });
    await allowed.run();
    expect(allowed.blobs.blobs.get(`${folder}/modeling_tiny.py`)?.content.toString()).toBe("import os");
    expect(allowed.text).toContain("path: modeling_tiny.py");
  });

  test("Deployments that treat Python files differently", async () => {
    expect(await sentence({ lock: sampleLock({ remoteCode: "allow" }, {}) })).toBe(
      "chat/main and chat/candidate use the same commit of acme/tiny, but `vllm.remoteCode` is allow for one and refuse for the other. Their files are staged once, so both need the same value. Change it, and run `npm run lock`.",
    );
  });

  test("Only pickle formats", async () => {
    const hub = { files: { "config.json": Buffer.from("{}"), "pytorch_model.bin": Buffer.from("pickle") } };
    await nothingSent({ hub }, "pickle");
    expect(await ofHub(hub)).toBe(
      "acme/tiny has its weights only in pickle formats (pytorch_model.bin), which can run code when they are loaded. Allowed: safetensors. Choose a commit with safetensors, or another model.",
    );
  });

  test("No weights", async () => {
    expect(await ofHub({ files: { "model.gguf": Buffer.from("x") } })).toBe(
      "acme/tiny has no weights in the format safetensors. Choose a commit with safetensors, or another model.",
    );
  });

  test("Another commit", async () => {
    const hub = { sha: "f".repeat(40) };
    expect(await ofHub(hub)).toBe(
      `https://hub returned the commit ${"f".repeat(40)} of acme/tiny, not the locked commit ${revision}. Nothing was copied. Set \`vllm.revision\` to a commit of 40 hexadecimal digits, and run \`npm run lock\`.`,
    );
    const moved: Answer = { status: 302, headers: { "x-repo-commit": "f".repeat(40), location: "https://cdn.example.com/x" } };
    expect(await answers(({ kind }) => (kind === "resolve" ? moved : undefined))).toBe(
      `https://hub returned a file of the commit ${"f".repeat(40)} of acme/tiny, not of the locked commit ${revision}. Nothing was registered. Check HF_ENDPOINT.`,
    );
  });

  test("A missing commit", async () => {
    expect(await answers(({ kind }) => (kind === "info" ? refusal(404, "RevisionNotFound") : undefined))).toBe(
      `https://hub has no commit ${revision} of acme/tiny. It was deleted, or \`vllm.revision\` is wrong. Set \`vllm.revision\` to an existing commit, and run \`npm run lock\`.`,
    );
  });

  test("A license that isn't allowed, and none", async () => {
    await nothingSent({ hub: { card: { license: "llama3.1" } } }, "license");
    expect(await ofHub({ card: { license: "llama3.1" } })).toBe(
      "acme/tiny has the license llama3.1, which `moor:licenses` doesn't allow. Allowed: apache-2.0. Read the license. If your organization accepts it, add llama3.1 to `moor:licenses` in the stack file.",
    );
    expect(await ofHub({ card: {} })).toBe(
      "acme/tiny names no license in its model card. Allowed: apache-2.0. Choose a model with a license, or ask its author to name one.",
    );
    const world = await open({ hub: { card: { license: "llama3.1" } } });
    await world.run({ licenses: ["llama3.1"] });
    expect(world.text).toContain("staged: true");
  });

  test("A changed small file", async () => {
    const hub: Partial<HubServerOptions> = {
      answer: ({ kind, file }) => (kind === "cache" && file === "config.json" ? { status: 200, body: "{}" } : undefined),
    };
    await nothingSent({ hub }, "content");
    expect(await ofHub(hub)).toBe(
      `acme/tiny at ${revision}: the content of config.json doesn't have the hash that the Hub lists. Nothing was registered. Check that no proxy changes downloads, and run the command again.`,
    );
  });

  test("A list of files that differs from the recorded one", async () => {
    const recorded = [{ path: "config.json", size: 1, sha256: "a".repeat(64) }];
    const world = await open({ lock: sampleLock({ staged: true, files: recorded }) });
    const { message } = await world.failure();
    expect(message).toContain(`The files of acme/tiny at ${revision} that are to be staged differ from the list in the lock file`);
    expect(world.blobs.calls.map(({ operation }) => operation)).toEqual(["list"]);
  });
});

describe("Weights whose `vllm.remoteCode` was changed after they were staged", () => {
  const script = { "modeling_tiny.py": Buffer.from("import os") };
  const staged = async (more: Record<string, Buffer>, before: "omit" | "allow", after: "omit" | "allow") => {
    const world = await open({ hub: { files: { ...files, ...more } }, lock: sampleLock({ remoteCode: before }) });
    await world.run();
    const read = readLock("prod", world.text);
    const [list] = "lock" in read ? Object.values(read.lock.manifests ?? {}) : [];
    world.text = writeLock(sampleLock({ staged: true, files: list!, remoteCode: after }));
    return world;
  };

  test("The list of files would change, so the command refuses and names the consequence", async () => {
    for (const [before, after] of [
      ["omit", "allow"],
      ["allow", "omit"],
    ] as const) {
      const world = await staged(script, before, after);
      expect((await world.failure()).message).toContain("A deployment that runs with the earlier list can't start new instances");
    }
  });

  test("Nothing happens if the repository has no Python files", async () => {
    const world = await staged({}, "omit", "allow");
    const { text } = world;
    const { sent } = world.blobs;
    await world.run();
    expect([world.text, world.blobs.sent]).toEqual([text, sent]);
  });
});

describe("Access to the model", () => {
  const gated = (status: number, code?: string) => (call: HubCall) => (call.kind === "resolve" ? refusal(status, code) : undefined);

  test.each<[name: string, token: string | undefined, hub: Partial<HubServerOptions>, expected: string]>([
    [
      "missing or private, without a token",
      undefined,
      { answer: () => refusal(401, "RepoNotFound") },
      "https://hub has no public model acme/tiny. It doesn't exist, or it is private. Check `vllm.model`. For a private model, set the environment variable HF_TOKEN to a token that can read it.",
    ],
    [
      "missing or private, with a token",
      "hf_x",
      { answer: () => refusal(404, "RepoNotFound") },
      "https://hub has no model acme/tiny that the token in HF_TOKEN can read. Check `vllm.model`, and that the token belongs to an account with access and has the permission to read this repository.",
    ],
    [
      "an invalid token",
      "hf_x",
      { answer: () => refusal(401) },
      "https://hub rejects the token in HF_TOKEN. It is invalid or has expired. Create a token with read access, and set HF_TOKEN to it.",
    ],
    [
      "gated, without a token",
      undefined,
      { gated: "manual", answer: gated(401, "GatedRepo") },
      "acme/tiny is gated, and no token is set. Accept its terms at https://hub/acme/tiny with a Hugging Face account, and set the environment variable HF_TOKEN to a token of that account.",
    ],
    [
      "gated, without acceptance",
      "hf_x",
      { gated: "auto", answer: gated(403, "GatedRepo") },
      "acme/tiny is gated, and the account of the token in HF_TOKEN has no access. Accept its terms, or ask for access, at https://hub/acme/tiny. The access of a fine-grained token must include gated repositories.",
    ],
    [
      "gated, and refused in the European Union",
      "hf_x",
      { gated: "auto", card: { license: "apache-2.0", extra_gated_eu_disallowed: true }, answer: gated(403, "GatedRepo") },
      "acme/tiny is gated, and its terms exclude addresses in the European Union. The Hub refuses the files to this machine. Run the command from another region that the terms allow, or choose another model.",
    ],
    [
      "disabled",
      "hf_x",
      { answer: gated(403) },
      "https://hub refuses the file model.safetensors.index.json of acme/tiny with 403. It is disabled, or the token in HF_TOKEN lacks the permission to read it. Open https://hub/acme/tiny with the account of the token.",
    ],
  ])("%s", async (_, token, hub, expected) => {
    const world = await open({ hub });
    const { message } = await world.failure(token === undefined ? {} : { token });
    expect(message.replaceAll(world.hub.url, "https://hub")).toBe(expected);
    expect(world.blobs.calls).toEqual([]);
  });
});

describe("The Hub and its CDN", () => {
  test("429: the command waits as the Hub asks, up to four times", async () => {
    const limit = (times: number): Partial<HubServerOptions> => {
      let left = times;
      return {
        answer: ({ kind }) => (kind === "tree" && left-- > 0 ? { status: 429, headers: { ratelimit: '"api";r=0;t=87' } } : undefined),
      };
    };
    const world = await open({ hub: limit(4) });
    await world.run();
    expect(world.waits).toEqual([87, 87, 87, 87]);
    expect(await ofHub(limit(5))).toBe(
      "host answers 429: too many requests. It allows the next one in 87 s. Wait, or set the environment variable HF_TOKEN, because the limit of an account is higher than that of an address, and run the command again.",
    );
    const long = await open({ hub: { answer: () => ({ status: 429, headers: { "retry-after": "3600" } }) } });
    expect((await long.failure({ token: "hf_x" })).message).toContain(
      "It allows the next one in 3600 s. Wait, and run the command again. It continues where it stopped.",
    );
    expect(long.waits).toEqual([]);
  });

  test("5xx: the command retries with increasing pauses", async () => {
    const failing = (times: number): Partial<HubServerOptions> => {
      let left = times;
      return { answer: ({ kind }) => (kind === "resolve" && left-- > 0 ? { status: 502 } : undefined) };
    };
    const world = await open({ hub: failing(5) });
    await world.run();
    expect(world.waits).toEqual([1, 2, 4, 8, 16]);
    expect(await ofHub(failing(6))).toBe(
      `host answered 502 to the request for /acme/tiny/resolve/${revision}/model.safetensors.index.json, in 6 attempts. Check https://status.huggingface.co, and run the command again later. It continues where it stopped.`,
    );
  });

  test("No connection", async () => {
    expect(await answers(() => "cut")).toBe(
      "host can't be reached (ECONNRESET), in 6 attempts. Check the connection, the proxy (HTTPS_PROXY) and HF_ENDPOINT. A machine in a closed network needs a way out to this host. Then run the command again. It continues where it stopped.",
    );
  });

  test("A list and a small file whose transfer breaks are read again", async () => {
    const broken = new Set<string>();
    const partial: Answer = { status: 200, headers: { "content-length": "1000" }, body: "[{" };
    const world = await open({
      hub: {
        answer: ({ kind, file, method }) => {
          if (!["tree", "cache"].includes(kind) || method === "HEAD" || broken.has(file)) return undefined;
          broken.add(file);
          return partial;
        },
      },
    });
    await world.run();
    expect([...broken].sort()).toEqual(["", "config.json", "model.safetensors.index.json", "tokenizer.json"]);
    expect(world.waits).toEqual([1, 1, 1, 1]);
  });

  test("An answer of another server", async () => {
    expect(await answers(() => ({ status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }))).toBe(
      "https://hub returned no valid answer of a Hugging Face Hub. Check HF_ENDPOINT.",
    );
  });

  test.each([
    { way: "by URL", stream: false },
    { way: "streamed", stream: true },
  ])("An expired address is renewed, $way", async ({ stream }) => {
    // The first address of each file expires after two requests to the CDN.
    const uses = new Map<number, number>();
    const world = await open({
      hub: {
        answer: ({ kind, address }) => {
          if (kind !== "cdn" || address % 2 === 0) return undefined;
          uses.set(address, (uses.get(address) ?? 0) + 1);
          return uses.get(address)! > 2 ? { status: 403 } : undefined;
        },
      },
    });
    await world.run({ inOrder: true, stream });
    expect(world.text).toContain("staged: true");
    expect([...uses.values()].some((count) => count > 2)).toBe(true);
    expect(world.lines.filter((line) => line.includes("through this machine"))).toEqual([]);
  });

  test("An address that is refused also after renewal", async () => {
    expect(await answers(({ kind, file }) => (kind === "cdn" && file === shard ? { status: 403 } : undefined), { stream: true })).toBe(
      `host refuses ${shard} of acme/tiny with 403, also with a renewed address. Check the clock of this machine and that no proxy changes the address, then run the command again. It continues where it stopped.`,
    );
  });

  test("A source that breaks in the middle of a block is read again, up to five times", async () => {
    const broken = (times: number): Partial<HubServerOptions> => {
      let left = times;
      const partial: Answer = { status: 206, headers: { "content-length": "30" }, body: "0123456789" };
      return { answer: ({ kind, file }) => (kind === "cdn" && file === shard && left-- > 0 ? partial : undefined) };
    };
    const world = await open({ hub: broken(2) });
    await world.run({ stream: true });
    expect(world.waits).toEqual([1, 2]);
    expect(world.text).toContain("staged: true");
    expect(await ofHub(broken(5), { stream: true })).toBe(
      `The connection to the source of ${shard} broke 5 times. Check the connection, and run the command again. It continues where it stopped.`,
    );
  });
});

test("An interruption while the Hub is read ends with the same sentence as one during the copy", async () => {
  const stop = new AbortController();
  const world = await open({
    hub: {
      answer: ({ kind }) => {
        if (kind === "tree") stop.abort();
        return undefined;
      },
    },
  });
  expect(await world.failure({ signal: stop.signal })).toMatchObject({ problem: "interrupted" });
});

describe("The content of a file isn't what the Hub lists", () => {
  const changed = (call: HubCall): Answer | undefined => {
    if (call.kind !== "cdn" || call.file !== shard) return undefined;
    const size = /^bytes=(\d+)-(\d+)$/.exec(call.headers.range ?? "")!;
    return { status: 206, body: "x".repeat(Number(size[2]) - Number(size[1]) + 1) };
  };

  test.each([
    { way: "by URL", stream: false },
    { way: "streamed", stream: true },
  ])("$way: the copy is deleted, and the next run copies it again", async ({ stream }) => {
    let isChanged = true;
    const world = await open({ hub: { answer: (call) => (isChanged ? changed(call) : undefined) } });
    const { message } = await world.failure({ stream });
    expect(message).toBe(
      `${shard} of acme/tiny at ${revision} doesn't have the SHA-256 that the Hub lists, after it was copied to staccount.blob.core.windows.net/store/${folder}. The copy was deleted, and nothing was registered. Check that no proxy changes downloads, and run the command again. It copies only this file again.`,
    );
    expect(world.blobs.blobs.has(`${folder}/${shard}`)).toBe(false);
    expect(world.blobs.staged.has(`${folder}/${shard}`)).toBe(false);
    isChanged = false;
    await world.run({ stream });
    expect(world.blobs.blobs.get(`${folder}/${shard}`)?.content).toEqual(files[shard]);
  });
});

describe("The storage account", () => {
  const failing = (status: number, code: string) => (call: BlobCall) =>
    call.operation === "putBlockFromUrl" && call.blob.endsWith(shard) ? { status, headers: { "x-ms-error-code": code } } : undefined;
  const continues = "Nothing was registered. The next run of this command continues where it stopped.";

  test("It is full", async () => {
    expect(await ofBlobs(failing(507, "InsufficientStorage"))).toBe(
      `The storage account staccount has no space left: it answered 507 InsufficientStorage to Put Block From URL of ${folder}/${shard}. Delete what isn't used, or ask for a larger limit. ${continues}`,
    );
  });

  test("It fails", async () => {
    expect(await ofBlobs(failing(500, "InternalError"))).toBe(
      `The storage account staccount answered 500 InternalError to Put Block From URL of ${folder}/${shard}, also after several attempts. Check https://azure.status.microsoft. ${continues}`,
    );
  });

  test("It rejects this machine in the middle", async () => {
    const all = (code: string) => (call: BlobCall) =>
      call.blob.endsWith(shard) ? { status: 403, headers: { "x-ms-error-code": code } } : undefined;
    expect(await ofBlobs(all("AuthorizationFailure"))).toBe(
      `The network rules of staccount.blob.core.windows.net reject this machine. ${continues}`,
    );
    expect(await ofBlobs(all("AuthorizationPermissionMismatch"))).toBe(
      `staccount.blob.core.windows.net answered 403 AuthorizationPermissionMismatch. ${continues}`,
    );
  });

  test.each([
    [400, "InvalidHeaderValue"],
    [403, "AuthorizationFailure"],
    [409, "CannotVerifyCopySource"],
  ])("It refuses only copies by URL, with %s %s: the weights are streamed", async (status, code) => {
    const world = await open({
      blobs: {
        answer: ({ operation }) => (operation === "putBlockFromUrl" ? { status, headers: { "x-ms-error-code": code } } : undefined),
      },
    });
    await world.run();
    expect(world.text).toContain("staged: true");
  });

  test("Another process writes the same blob", async () => {
    const invalid: Answer = { status: 400, headers: { "x-ms-error-code": "InvalidBlockList" } };
    expect(await ofBlobs(({ operation, blob }) => (operation === "putBlockList" && blob.endsWith(shard) ? invalid : undefined))).toBe(
      `Another process has written the same blob of staccount in the meantime (400 InvalidBlockList to Put Block List of ${folder}/${shard}). Run only one copy of a model. ${continues}`,
    );
  });

  test("It breaks the connection while a file is read back", async () => {
    expect(await ofBlobs(({ operation, blob }) => (operation === "get" && blob.endsWith(shard) ? "cut" : undefined))).toBe(
      `staccount.blob.core.windows.net can't be reached (ECONNRESET). ${continues}`,
    );
  });

  test("It contains files that don't belong to the weights", async () => {
    const world = await open();
    world.blobs.blobs.set(`${folder}/evil.py`, { content: Buffer.from("import os"), metadata: {} });
    world.blobs.blobs.set(`${folder}-other/kept.py`, { content: Buffer.from("import os"), metadata: {} });
    expect((await world.failure()).message).toBe(
      [
        `The folder ${folder} in staccount.blob.core.windows.net/store contains 1 file that doesn't belong to the weights. The container would refuse to start with them. Nothing was registered. If no deployment uses them, delete them, and run the command again:`,
        `  az storage blob delete --auth-mode login --account-name staccount --container-name store --name '${folder}/evil.py'`,
      ].join("\n"),
    );
    expect(world.blobs.calls.map(({ operation }) => operation)).toEqual(["list"]);
  });

  test("A file that another process deletes during the copy", async () => {
    const world = await open({
      blobs: {
        answer: ({ operation }) => {
          if (operation === "list") world.blobs.blobs.delete(`${folder}/config.json`);
          return undefined;
        },
      },
    });
    expect((await world.failure()).message).toBe(
      `These files in staccount.blob.core.windows.net/store/${folder} were changed or deleted during the copy: config.json. Nothing was registered. Check that no other process writes to the folder, and run the command again.`,
    );
  });
});

test("A lock file that changed during the copy isn't written", async () => {
  const world = await open();
  const wanted = { id: "acme/other", revision, path: "models/acme--other/1" };
  expect(() => withStagedWeights("prod", world.text, wanted, [], false)).toThrow(
    `The lock file of prod has changed during the copy: no deployment uses acme/other at ${revision} any more. Its files are staged and verified, but they were not registered. Run the command again for the changed lock file.`,
  );
});
