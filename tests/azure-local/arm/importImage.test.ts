// Proves how importImage is accepted, followed and recorded, and that it continues after a restart. Doesn't prove what Azure copies, nor how
// long it takes: the copy itself is a function of the test.
import * as fs from "node:fs";
import * as path from "node:path";
import { OutsideError, type Registries } from "../../../azure-local/registry/registries";
import { Caller } from "./client";
import { bodies, paths } from "./platform";
import { importBody } from "./rejections/imports";
import { but } from "./rejections/rejectedRequest";

const DIGEST = importBody.source.sourceImage.split("@")[1]!;

type Copy = Registries["importImage"];

/** Registries that import by this function and do nothing else. */
function importing(importImage: Copy): Registries {
  const unused = () => Promise.reject(new Error("not used"));
  return { importImage, manifest: async () => undefined, putManifest: unused, runTask: unused };
}

let callers: Caller[] = [];
afterEach(async () => {
  for (const caller of callers) await caller.stop();
  callers = [];
});

async function started(copy: Copy = async () => ({ bytes: true })): Promise<Caller> {
  const caller = await Caller.start({ registries: importing(copy) });
  callers.push(caller);
  for (const name of ["group", "registry"] as const) await caller.made(paths[name], bodies(caller)[name]);
  return caller;
}

function post(caller: Caller, body: unknown = importBody, apiVersion = "2025-11-01") {
  return caller.send("POST", `${paths.registry}/importImage`, body, apiVersion);
}

/** The digest of a tag as rules see it: an import without Force is a conflict if there is one. */
async function isTagged(caller: Caller, target: string): Promise<boolean> {
  return (await post(caller, { ...importBody, targetTags: [target] })).status === 409;
}

test("The request is accepted with a Location, which ends with 200 and no body after the copy", async () => {
  const calls: unknown[] = [];
  const caller = await started(async (...call) => {
    calls.push(call);
    return { bytes: true };
  });
  const answer = await post(caller);
  expect([answer.status, answer.body, answer.headers.get("azure-asyncoperation")]).toEqual([202, undefined, null]);
  const ended = await caller.ended(answer);
  expect([ended.status, ended.body]).toEqual([200, undefined]);
  expect(calls).toEqual([
    [
      { registry: "docker.io", repository: "vllm/vllm-openai", digest: DIGEST, credentials: undefined },
      { registryId: caller.id(paths.registry), repository: "moor/vllm", tags: ["1"] },
    ],
  ]);
  expect(await isTagged(caller, "moor/vllm:1")).toBe(true);
  expect(await isTagged(caller, "moor/vllm:2")).toBe(false);
});

test("The address of the source registry can have a scheme, a port and upper case", async () => {
  const hosts: string[] = [];
  const caller = await started(async ({ registry }) => {
    hosts.push(registry);
    return { bytes: true };
  });
  for (const [index, uri] of ["https://MCR.microsoft.com/", "registry.example:5000"].entries())
    await caller.ended(await post(caller, { ...but(importBody, "source/registryUri", uri), targetTags: [`a:${index}`] }));
  expect(hosts).toEqual(["mcr.microsoft.com", "registry.example:5000"]);
});

test("Each repository is copied once with its tags, and a repository without a tag only by its digest", async () => {
  const targets: unknown[] = [];
  const caller = await started(async (_from, { repository, tags }) => {
    targets.push([repository, tags]);
    return { bytes: true };
  });
  const body = { ...importBody, targetTags: ["a:1", "b", "a:2"], untaggedTargetRepositories: ["a", "c"] };
  expect((await caller.ended(await post(caller, body))).status).toBe(200);
  expect(targets).toEqual([
    ["a", ["1", "2"]],
    ["c", []],
    ["b", ["latest"]],
  ]);
});

test("An import takes a minute in Azure and doesn't block writes to the registry", async () => {
  const caller = await started();
  const answer = await post(caller);
  await new Promise(setImmediate);
  const poll = async () => (await fetch(answer.headers.get("location")!)).status;
  caller.clock.advance(59);
  expect(await poll()).toBe(202);
  expect((await caller.put(paths.registry, bodies(caller).registry)).status).toBe(200);
  caller.clock.advance(1);
  expect(await poll()).toBe(200);
});

test.each([
  [401, "Unauthorized", "UNAUTHORIZED"],
  [403, "Forbidden", "DENIED"],
  [404, "NotFound", "MANIFEST_UNKNOWN"],
  [429, "TooManyRequests", "TOOMANYREQUESTS"],
  [502, "BadGateway", "UNKNOWN"],
] as const)(
  "If the source registry answers %i, the operation fails with its response, and nothing is tagged",
  async (status, code, ociCode) => {
    const caller = await started(() => Promise.reject(new OutsideError(status, "said the registry")));
    const ended = await caller.ended(await post(caller));
    const { error } = ended.body;
    expect([ended.status, error.code]).toEqual([400, code]);
    expect(error.message.slice(0, error.message.indexOf("{"))).toMatch(
      new RegExp(`^Operation registries-\\S+ failed\\. Resource \\S+ Invalid message ${code} ${code} $`),
    );
    expect(JSON.parse(error.message.slice(error.message.indexOf("{")))).toEqual({
      errors: [{ code: ociCode, message: "said the registry", detail: `docker.io/vllm/vllm-openai@${DIGEST}` }],
    });
    expect(await isTagged(caller, "moor/vllm:1")).toBe(false);
  },
);

test("Credentials reach the copy and are neither in the state nor in the log", async () => {
  const seen: unknown[] = [];
  const caller = await started(async ({ credentials }) => {
    seen.push(credentials);
    return { bytes: true };
  });
  const credentials = { username: "reader", password: "planted-password" };
  await caller.ended(await post(caller, but(importBody, "source/credentials", credentials)));
  expect(seen).toEqual([credentials]);
  const text = ["state.jsonl", "requests.jsonl"].map((file) => fs.readFileSync(path.join(caller.home, file), "utf8"));
  expect(text.filter((one) => one.includes("planted-password"))).toEqual([]);
  expect(caller.arm.requests().filter(({ path: one }) => one.includes("importImage"))).toHaveLength(1);
});

test("An import that a killed simulator had accepted is copied by the next one, with its credentials", async () => {
  const first = await started(() => new Promise(() => {}));
  const credentials = { username: "reader", password: "planted-password" };
  const answer = await post(first, but(importBody, "source/credentials", credentials));
  const seen: unknown[] = [];
  const copied: Copy = async (from) => {
    seen.push(from.credentials);
    return { bytes: true };
  };
  const second = await first.fork({ registries: importing(copied) });
  callers.push(second);
  second.clock.advance(3600);
  const location = new URL(answer.headers.get("location")!);
  const polled = await fetch(`${second.arm.url}${location.pathname}${location.search}`);
  expect([polled.status, seen]).toEqual([200, [credentials]]);
});

test("An import into a registry that was deleted meanwhile is canceled", async () => {
  let release = () => {};
  const caller = await started(() => new Promise((resolve) => (release = () => resolve({ bytes: true }))));
  const answer = await post(caller);
  await caller.outcome(await caller.delete(paths.registry));
  await caller.get(paths.group);
  release();
  expect((await caller.ended(answer)).body.error.code).toBe("OperationCanceled");
});

test("A fault can fail the request, and fail the operation without a copy", async () => {
  let copies = 0;
  const caller = await started(async () => {
    copies += 1;
    return { bytes: true };
  });
  const method = "POST";
  caller.arm.setFaults([
    { effect: "refuse", method, type: "Microsoft.ContainerRegistry/registries", status: 503, code: "ServiceUnavailable" },
  ]);
  expect((await post(caller)).status).toBe(503);
  caller.arm.setFaults([{ effect: "failOperation", method: "write", path: caller.id(`${paths.registry}/importImage`), code: "Broken" }]);
  expect((await caller.ended(await post(caller))).body.error.code).toBe("Broken");
  expect(copies).toBe(0);
});

test("Versions without the action, images by tag, unknown properties and unknown source registries are rejected", async () => {
  const caller = await started();
  const rejected = async (body: unknown, apiVersion?: string) => {
    const { status, body: answer } = await post(caller, body, apiVersion);
    return `${status} ${answer.error.code}`;
  };
  expect(await rejected(importBody, "2017-03-01")).toBe("404 InvalidAction");
  expect(await rejected(but(importBody, "source/sourceImage", "vllm/vllm-openai:latest"))).toBe("400 InvalidParameters");
  expect(await rejected({ ...importBody, extra: 1 })).toBe("400 InvalidRequestContent");
  expect(await rejected({})).toBe("400 InvalidRequestContent");
  for (const uri of ["", "docker.io/library", "http://", "a b"])
    expect(await rejected(but(importBody, "source/registryUri", uri))).toBe("400 InvalidParameters");
  const unknown = { resourceId: `${caller.id(paths.registry)}x`, sourceImage: importBody.source.sourceImage };
  expect(await rejected({ ...importBody, source: unknown })).toBe("404 ResourceNotFound");
});
