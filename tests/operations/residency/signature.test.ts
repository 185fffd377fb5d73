// Proves that the JSON form of a statement can be signed as a file: the signature in `signed`, made with the key and the commands of
// docs/statement.md, is valid for the exact bytes, and any change makes it invalid. Doesn't run cosign, so that it needs no tools.

import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { digestOf, type Statement, statementJson } from "../../../operations/residency/document";

const read = (name: string) => fs.readFileSync(path.join(__dirname, "signed", name));
const statement = read("statement.txt");
const publicKey = crypto.createPublicKey(read("cosign.pub"));
/** In base64, as cosign and OpenSSL write it: ECDSA in DER. */
const signature = Buffer.from(read("statement.txt.sig").toString("utf8"), "base64");

const isValid = (text: Buffer, key = publicKey, signed = signature) => crypto.verify("sha256", text, key, signed);

test("The key is an ECDSA key on P-256, which cosign creates", () => {
  expect([publicKey.asymmetricKeyType, publicKey.asymmetricKeyDetails?.namedCurve]).toEqual(["ec", "prime256v1"]);
});

test("The signature is valid for the statement, and for no other text", () => {
  expect(isValid(statement)).toBe(true);
  const text = statement.toString("utf8");
  const changes = [text.replace('"SE"', '"US"'), text.trimEnd(), text.replace("swedencentral", "swedensouth"), `${text}\n`];
  expect(changes.map((one) => [one === text, isValid(Buffer.from(one))])).toEqual(changes.map(() => [false, false]));
});

test("Another key doesn't verify it", () => {
  const { publicKey: other } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
  expect(isValid(statement, other)).toBe(false);
});

test("Reading and writing the document again gives the signed bytes, and its digest is that of its content", () => {
  const document = JSON.parse(statement.toString("utf8")) as Statement;
  expect(statementJson(document)).toBe(statement.toString("utf8"));
  expect(digestOf(document.content)).toBe(document.digest);
});

test("A statement that is signed here has a signature of the same form", () => {
  const { privateKey, publicKey: own } = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signed = crypto.sign("sha256", statement, privateKey);
  expect(isValid(statement, own, signed)).toBe(true);
  // A DER sequence of two integers, as in the signature above.
  expect([signed[0], signature[0]]).toEqual([0x30, 0x30]);
});
