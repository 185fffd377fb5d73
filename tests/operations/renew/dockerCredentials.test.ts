// Proves that credentials are found in Docker's configuration file in each form that Docker writes. The credential helper is a script.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { dockerCredentials } from "../../../operations/renew/dockerCredentials";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-docker-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const write = (config: object | string) =>
  fs.writeFileSync(path.join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
const find = (registry: string) => dockerCredentials(registry, { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH}` });
const auth = Buffer.from("reader:pass:word").toString("base64");
const reader = { kind: "password", username: "reader", password: "pass:word" };

test.each<[string, object, string, object | undefined]>([
  ["a host name", { auths: { "ghcr.io": { auth } } }, "ghcr.io", reader],
  ["an address", { auths: { "https://ghcr.io": { auth } } }, "ghcr.io", reader],
  ["Docker Hub", { auths: { "https://index.docker.io/v1/": { auth } } }, "docker.io", reader],
  ["an identity token", { auths: { "ghcr.io": { auth: "", identitytoken: "t" } } }, "ghcr.io", { kind: "token", identityToken: "t" }],
  ["another registry", { auths: { "quay.io": { auth } } }, "ghcr.io", undefined],
  ["an empty entry", { auths: { "ghcr.io": {} } }, "ghcr.io", undefined],
  ["no entries", {}, "ghcr.io", undefined],
])("From %s", async (_, config, registry, expected) => {
  write(config);
  expect(await find(registry)).toEqual(expected);
});

test("Without a configuration file, there are no credentials.", async () => {
  expect(await find("ghcr.io")).toBeUndefined();
});

describe("A credential helper", () => {
  const helper = (lines: string) =>
    fs.writeFileSync(path.join(folder, "docker-credential-fake"), `#!/bin/sh\nread server\n${lines}\n`, { mode: 0o755 });

  test("of all registries receives the name under which it stores the registry.", async () => {
    write({ credsStore: "fake" });
    helper(`printf '{"Username":"%s","Secret":"s"}' "$server"`);
    expect(await find("docker.io")).toEqual({ kind: "password", username: "https://index.docker.io/v1/", password: "s" });
  });

  test("of one registry can return an identity token.", async () => {
    write({ credHelpers: { "ghcr.io": "fake" } });
    helper(`echo '{"Username":"<token>","Secret":"t"}'`);
    expect(await find("ghcr.io")).toEqual({ kind: "token", identityToken: "t" });
    expect(await find("quay.io")).toBeUndefined();
  });

  test("without credentials fails, and the request is anonymous.", async () => {
    write({ credsStore: "fake" });
    helper("echo 'credentials not found in native keychain'\nexit 1");
    expect(await find("ghcr.io")).toBeUndefined();
  });

  test("that doesn't answer in JSON is named, without its output.", async () => {
    write({ credsStore: "fake" });
    helper("echo 'secret-output'");
    const error = await find("ghcr.io").catch((caught: Error) => caught.message);
    expect(error).toBe(
      "docker-credential-fake didn't answer in JSON. Log in again with `docker login`, or set DOCKER_CONFIG to an empty folder.",
    );
  });

  test("that isn't installed is named.", async () => {
    write({ credsStore: "absent" });
    await expect(find("ghcr.io")).rejects.toThrow("names the credential helper absent, but docker-credential-absent is not on the PATH.");
  });
});

test("A file that isn't JSON is named, without its contents.", async () => {
  write(`{"auths": {"ghcr.io": {"auth": "${auth}`);
  const error = await find("ghcr.io").catch((caught: Error) => caught.message);
  expect(error).toContain(`${path.join(folder, "config.json")} is not valid JSON.`);
  expect(error).not.toContain(auth);
});
