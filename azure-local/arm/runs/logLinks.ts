import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Engine } from "../engine";
import { stamp } from "../timestamp";
import { logOf } from "./runs";

/** Path prefix of the logs of runs: `/runLogs/<ARM ID of the run>/rawtext.log`. */
export const RUN_LOG_PREFIX = "/runLogs";

const FILE = "/rawtext.log";
/** Key under which the signing key is stored with the secrets. */
const KEY = "run-logs";
/** Lifetime of a link in milliseconds: the log's SAS in Azure/azure-cli issue 28151 is valid for about an hour. */
const LIFE = 3600 * 1000;

/** A link to the log that needs no credentials and expires. */
export function logLink(runId: string, origin: string, engine: Engine): string {
  const expiry = stamp(engine.now() + LIFE);
  const path = `${RUN_LOG_PREFIX}${runId}${FILE}`;
  const query = new URLSearchParams({ sv: "2024-11-04", se: expiry, sr: "b", sp: "r", sig: signature(path, expiry, engine) });
  return `${origin}${path}?${query}`;
}

/** The response to a link: the log, or an error in the format of Azure Storage. */
export function readLog(path: string, query: URLSearchParams, engine: Engine): { readonly status: number; readonly text: string } {
  const [expiry, given] = [query.get("se") ?? "", query.get("sig") ?? ""];
  if (!same(given, signature(path, expiry, engine)) || !(Date.parse(expiry) > engine.now()))
    return error(403, "AuthenticationFailed", "Server failed to authenticate the request: the signature is invalid or has expired.");
  const run = engine.runs.get(path.slice(RUN_LOG_PREFIX.length, -FILE.length));
  return run ? { status: 200, text: logOf(run, engine.now()) } : error(404, "BlobNotFound", "The specified blob does not exist.");
}

function error(status: number, code: string, message: string): { status: number; text: string } {
  return { status, text: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

function signature(path: string, expiry: string, { credentials }: Engine): string {
  let key = credentials.secretsOf<string>(KEY);
  if (key === undefined) {
    key = randomBytes(32).toString("base64");
    credentials.setSecretsOf(KEY, key);
  }
  return createHmac("sha256", Buffer.from(key, "base64")).update(`${path.toLowerCase()}\n${expiry}`).digest("base64");
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
