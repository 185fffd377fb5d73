import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { md, pki } from "node-forge";
import { createPrivateFolder, writePrivateFile } from "../files/privateHome";

/** The certificate of a local TLS server and the authority that its clients must trust. */
export interface Certificate {
  /** Path of the authority's certificate, for REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS or SSL_CERT_FILE. */
  readonly authority: string;
  /** PEM of the server's certificate, followed by the authority's. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

/** Validity in days. Browsers and Apple's libraries reject server certificates that are valid for more than 825 days. */
const days = 820;
/** A certificate that expires within this number of days is replaced. */
const renewBefore = 30;

const files = { authority: "authority.pem", cert: "certificate.pem", key: "key.pem" };

/**
 * Returns the certificate in `folder` for `localhost` and `127.0.0.1`, signed by its own authority. Creates it if it is missing or no
 * longer valid. The authority's key is not stored, so trusting the authority means trusting only these two names.
 */
export function loopbackCertificate(folder: string): Certificate {
  const authority = path.join(folder, files.authority);
  const cert = path.join(folder, files.cert);
  const key = path.join(folder, files.key);
  if (!isValid(authority, cert, key)) {
    const created = create();
    createPrivateFolder(folder);
    writePrivateFile(key, created.key);
    writePrivateFile(authority, created.authority);
    writePrivateFile(cert, created.cert);
  }
  return { authority, cert: fs.readFileSync(cert, "utf8"), key: fs.readFileSync(key, "utf8") };
}

/** Whether the three files are complete, match, and are valid now and for `renewBefore` days. The clock can have been wrong at creation. */
function isValid(authority: string, cert: string, key: string): boolean {
  try {
    const [root, own] = [new X509Certificate(fs.readFileSync(authority)), new X509Certificate(fs.readFileSync(cert))];
    const begins = Math.max(Date.parse(root.validFrom), Date.parse(own.validFrom));
    const ends = Math.min(Date.parse(root.validTo), Date.parse(own.validTo));
    const isCurrent = begins <= Date.now() && ends > Date.now() + renewBefore * 24 * 3600 * 1000;
    return isCurrent && own.verify(root.publicKey) && own.checkPrivateKey(createPrivateKey(fs.readFileSync(key)));
  } catch {
    return false;
  }
}

function create(): { authority: string; cert: string; key: string } {
  const root = pki.rsa.generateKeyPair(2048);
  const server = pki.rsa.generateKeyPair(2048);
  const rootName = [{ name: "commonName", value: "Local Azure" }];
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
    // Required by Python 3.13 and later, which verifies chains strictly.
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
  const result = pki.createCertificate();
  result.publicKey = publicKey;
  // A serial number must be positive: the first byte stays below 0x80.
  result.serialNumber = `01${randomBytes(15).toString("hex")}`;
  result.validity.notBefore = new Date(Date.now() - 24 * 3600 * 1000);
  result.validity.notAfter = new Date(Date.now() + days * 24 * 3600 * 1000);
  result.setSubject(subject);
  result.setIssuer(issuer);
  return result;
}
