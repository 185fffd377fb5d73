/**
 * Compiles TypeScript files with swc when they are required, and caches the output in a folder, so that a second start compiles nothing. If the
 * folder is not writable, each start compiles. `npm run typecheck` checks types, not this module.
 *
 * This file is plain JavaScript, because Node runs it before it can load TypeScript.
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

/** Compiler options. The target and the module system are the same as in tsconfig.json. */
const options = {
  swcrc: false,
  sourceMaps: true,
  module: { type: "commonjs", strictMode: true, ignoreDynamic: true },
  jsc: { parser: { syntax: "typescript" }, target: "es2022", keepClassNames: true },
};

/** Part of the cache key: the output depends on the compiler version and its options. */
const compiler = JSON.stringify([require("@swc/core/package.json").version, options]);

/** Source maps of loaded files, by path. A source map is read only when a stack trace needs it. */
const sourceMaps = new Map();

/**
 * Enables `require` to load TypeScript files.
 * @param {string} root The folder of the program.
 * @param {string} cache The cache folder for compiled files.
 */
function register(root, cache) {
  require.extensions[".ts"] = (module, file) => {
    const { code, map } = compiled(file, path.join(cache, `${path.relative(root, file)}.js`));
    sourceMaps.set(file, map);
    module._compile(code, file);
  };
}

/** Returns the compiled file, from the cache if the source and the compiler are the same. */
function compiled(file, cached) {
  const source = fs.readFileSync(file, "utf8");
  const key = hash(compiler + source);
  const kept = read(cached, key);
  if (kept !== undefined) return { code: kept.code, map: () => read(cached, key)?.map };
  // Loaded only here: loading the compiler takes longer than reading the cache.
  const { code, map } = require("@swc/core").transformSync(source, { ...options, filename: file, sourceFileName: path.basename(file) });
  write(cached, key, code, map);
  return { code, map: () => map };
}

/** A cache file starts with a line that contains the key, the length of the code, and the hash of the body. The body is the code and its source map. */
function read(cached, key) {
  let text;
  try {
    text = fs.readFileSync(cached, "utf8");
  } catch {
    return undefined;
  }
  const end = text.indexOf("\n");
  const [keyOfFile, length, hashOfBody] = text.slice(0, end).split(" ");
  const body = text.slice(end + 1);
  if (keyOfFile !== key || hashOfBody !== hash(body)) return undefined;
  return { code: body.slice(0, Number(length)), map: body.slice(Number(length)) };
}

/**
 * Writes to a temporary name and renames the file, so that other processes read either the old or the new file. If the folder is not writable or
 * the disk is full, the next start compiles again.
 */
function write(cached, key, code, map) {
  const unfinished = `${cached}.${process.pid}`;
  const body = code + map;
  const text = `${key} ${code.length} ${hash(body)}\n${body}`;
  const isWritten =
    possible(() => fs.mkdirSync(path.dirname(cached), { recursive: true })) &&
    possible(() => fs.writeFileSync(unfinished, text)) &&
    possible(() => fs.renameSync(unfinished, cached));
  if (!isWritten) possible(() => fs.rmSync(unfinished, { force: true }));
}

function possible(work) {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function hash(text) {
  return createHash("sha256").update(text).digest("hex");
}

/** Maps stack traces to the lines of the TypeScript files. Uses Pulumi's copy of source-map-support, which Pulumi loads anyway. */
function mapStackTraces() {
  const support = createRequire(require.resolve("@pulumi/pulumi/package.json"))("source-map-support");
  const retrieveSourceMap = (file) => {
    const map = sourceMaps.get(file)?.();
    return map === undefined ? null : { url: file, map };
  };
  support.install({ environment: "node", handleUncaughtExceptions: false, retrieveSourceMap });
}

module.exports = { register, mapStackTraces };
