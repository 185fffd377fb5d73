import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { md, pki } from "node-forge";
import { makePrivateFolder, writePrivateFile } from "../files/privateHome";

/** What a TLS server on loopback needs, and what its clients must trust. */
export interface Certificate {
  /** Path of the authority's certificate: for REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, SSL_CERT_FILE. */
  readonly authority: string;
  /** PEM of the server's certificate, then the authority's. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

/** Days; browsers and Apple's libraries refuse server certificates that live longer than 825. */
const days = 820;
/** A certificate that ends within so many days is made anew. */
const renewBefore = 30;

const files = { authority: "authority.pem", cert: "certificate.pem", key: "key.pem" };

/**
 * The certificate in `folder`, made there at the first call and when it would not do any more: for `localhost` and `127.0.0.1`, signed by an
 * authority of its own. The authority's key is forgotten at once: whoever trusts the authority trusts these two names and nothing more.
 */
export function loopbackCertificate(folder: string): Certificate {
  const authority = path.join(folder, files.authority);
  const cert = path.join(folder, files.cert);
  const key = path.join(folder, files.key);
  if (!isGood(authority, cert, key)) {
    const made = make();
    makePrivateFolder(folder);
    writePrivateFile(key, made.key);
    writePrivateFile(authority, made.authority);
    writePrivateFile(cert, made.cert);
  }
  return { authority, cert: fs.readFileSync(cert, "utf8"), key: fs.readFileSync(key, "utf8") };
}

/** Whether the three files are whole, belong together and are valid now and for a while: the clock may have been wrong when they were made. */
function isGood(authority: string, cert: string, key: string): boolean {
  try {
    const [root, own] = [new X509Certificate(fs.readFileSync(authority)), new X509Certificate(fs.readFileSync(cert))];
    const begins = Math.max(Date.parse(root.validFrom), Date.parse(own.validFrom));
    const ends = Math.min(Date.parse(root.validTo), Date.parse(own.validTo));
    const lasts = begins <= Date.now() && ends > Date.now() + renewBefore * 24 * 3600 * 1000;
    return lasts && own.verify(root.publicKey) && own.checkPrivateKey(createPrivateKey(fs.readFileSync(key)));
  } catch {
    return false;
  }
}

function make(): { authority: string; cert: string; key: string } {
  const root = pki.rsa.generateKeyPair(2048);
  const server = pki.rsa.generateKeyPair(2048);
  const rootName = [{ name: "commonName", value: "Azure on this machine" }];
  const authority = certificate(root.publicKey, rootName, rootName);
  authority.setExtensions([
    { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    { name: "subjectKeyIdentifier" },
  ]);
  authority.sign(root.privateKey, md.sha256.create());
  const leaf = certificate(server.publicKey, [{ name: "commonName", value: "localhost" }], rootName);
  leaf.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectKeyIdentifier" },
    // Python checks chains strictly from 3.13 on, and then asks for this one.
    { name: "authorityKeyIdentifier", keyIdentifier: authority.generateSubjectKeyIdentifier().getBytes() },
    {
      name: "subjectAltName",
      altNames: [
        { type: 2, value: "localhost" },
        { type: 7, ip: "127.0.0.1" },
      ],
    },
  ]);
  leaf.sign(root.privateKey, md.sha256.create());
  const authorityPem = pki.certificateToPem(authority);
  return { authority: authorityPem, cert: pki.certificateToPem(leaf) + authorityPem, key: pki.privateKeyToPem(server.privateKey) };
}

function certificate(publicKey: pki.PublicKey, subject: pki.CertificateField[], issuer: pki.CertificateField[]): pki.Certificate {
  const made = pki.createCertificate();
  made.publicKey = publicKey;
  // A serial number must be positive: the first byte stays below 0x80.
  made.serialNumber = `01${randomBytes(15).toString("hex")}`;
  made.validity.notBefore = new Date(Date.now() - 24 * 3600 * 1000);
  made.validity.notAfter = new Date(Date.now() + days * 24 * 3600 * 1000);
  made.setSubject(subject);
  made.setIssuer(issuer);
  return made;
}
