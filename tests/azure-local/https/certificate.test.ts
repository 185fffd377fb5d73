// Proves that an invalid certificate is replaced: created with a wrong clock, incomplete, or with a key that does not match. Does not prove
// that each TLS library accepts it; tests/azure-local/running and tests/clients use two.
import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Certificate, loopbackCertificate } from "../../../azure-local/https/certificate";

// The keys of two certificates in turn, because creating keys takes most of the time: no two certificates in a row share one.
beforeAll(() => {
  const crypto = require("node:crypto") as typeof import("node:crypto");
  const pem = { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } } as const;
  const keys = Array.from({ length: 4 }, () => crypto.generateKeyPairSync("rsa", { modulusLength: 2048, ...pem }));
  let next = 0;
  jest.spyOn(crypto, "generateKeyPairSync").mockImplementation((() => keys[next++ % keys.length]!) as never);
});
afterAll(() => {
  expect(require("node:crypto").generateKeyPairSync).toHaveBeenCalled();
  jest.restoreAllMocks();
});

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-certificate-"));
});
afterEach(() => {
  jest.useRealTimers();
  fs.rmSync(folder, { recursive: true });
});

const day = 24 * 3600 * 1000;

function madeAt(time: number): Certificate {
  jest.useFakeTimers({ now: time, doNotFake: ["nextTick", "setImmediate", "setTimeout", "performance"] });
  const made = loopbackCertificate(folder);
  jest.useRealTimers();
  return made;
}

function expectGood({ authority, cert, key }: Certificate): void {
  const [own, root] = [new X509Certificate(cert), new X509Certificate(fs.readFileSync(authority))];
  expect(Date.parse(own.validFrom)).toBeLessThanOrEqual(Date.now());
  expect(Date.parse(own.validTo)).toBeGreaterThan(Date.now() + 30 * day);
  expect(own.verify(root.publicKey)).toBe(true);
  expect(own.checkPrivateKey(require("node:crypto").createPrivateKey(key))).toBe(true);
}

test.each([
  ["two days ahead", 2 * day],
  ["ten years ahead", 3650 * day],
  ["so far behind that it has expired", -800 * day],
])(
  "a certificate that was created with a clock %s is replaced",
  (_when, ahead) => {
    const before = madeAt(Date.now() + ahead);
    const now = loopbackCertificate(folder);
    expect(now.cert).not.toBe(before.cert);
    expectGood(now);
    expect(loopbackCertificate(folder).cert).toBe(now.cert);
  },
  30_000,
);

test.each(["certificate.pem", "key.pem", "authority.pem"])(
  "a %s that is truncated, empty, missing or does not match is replaced",
  (name) => {
    const file = path.join(folder, name);
    loopbackCertificate(folder);
    const other = fs.mkdtempSync(path.join(folder, "other-"));
    loopbackCertificate(other);
    const whole = fs.readFileSync(file, "utf8");
    for (const text of [whole.slice(0, 300), "", "nonsense", fs.readFileSync(path.join(other, name), "utf8"), undefined]) {
      if (text === undefined) fs.rmSync(file);
      else fs.writeFileSync(file, text);
      expectGood(loopbackCertificate(folder));
    }
  },
  60_000,
);
