// Proves that the registry and the base image that suites use work: the image can be pushed and read back by its digest, the access log
// lists each request, and a registry with users refuses others. Doesn't prove anything about the program.
import { startDockerRegistry } from "./dockerRegistry";
import { describeWithPrograms } from "./programs";
import { pushStandInBase, standInBase } from "./standInBase";

/** bcrypt hash of the password with the smallest work factor. */
const user = { name: "puller", password: "pull-only-password-of-the-test" };
const htpasswd = `${user.name}:$2b$04$XTbLCSa.M3NBqG6M.ZZr2eFq53Ips.NQQKdKBCK6AdCFjb/Spghmm`;
const authorization = `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;

test("the same arguments give the same image, and another file another digest", async () => {
  const [one, again, other] = [await standInBase(), await standInBase(), await standInBase({ "usr/bin/tool": "#!/bin/sh\n" })];
  expect(again.digest).toBe(one.digest);
  expect(other.digest).not.toBe(one.digest);
  expect(JSON.parse(one.config.toString())).toMatchObject({ os: "linux", architecture: "amd64" });
});

describeWithPrograms(["docker-registry"], "an image can be pushed to a registry on loopback", () => {
  test("the manifest is read back byte for byte, and the log lists the requests", async () => {
    const registry = await startDockerRegistry();
    try {
      const base = await standInBase();
      await pushStandInBase(base, registry.url, "library/base");
      const accept = "application/vnd.oci.image.manifest.v1+json";
      const read = await fetch(`${registry.url}/v2/library/base/manifests/${base.digest}`, { headers: { accept } });
      expect(Buffer.from(await read.arrayBuffer()).equals(base.manifest)).toBe(true);
      expect((await registry.writes()).map(({ method, status }) => `${method} ${status}`)).toEqual([
        ...["POST 202", "PUT 201", "POST 202", "PUT 201"],
        "PUT 201",
      ]);
      expect((await registry.requests()).at(-1)).toEqual({ method: "GET", path: `/v2/library/base/manifests/${base.digest}`, status: 200 });
    } finally {
      await registry.close();
    }
  });

  test("a registry with a user refuses others", async () => {
    const registry = await startDockerRegistry({ htpasswd });
    try {
      const base = await standInBase();
      await expect(pushStandInBase(base, registry.url, "library/base")).rejects.toThrow("401");
      await pushStandInBase(base, registry.url, "library/base", authorization);
      expect((await fetch(`${registry.url}/v2/`, { headers: { authorization } })).status).toBe(200);
    } finally {
      await registry.close();
    }
  });

  test("after it is closed, nothing listens", async () => {
    const registry = await startDockerRegistry();
    await registry.close();
    await expect(fetch(registry.url)).rejects.toThrow("fetch failed");
  });
});
