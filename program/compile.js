/**
 * Compiles TypeScript files as they are required, with swc, and keeps what it has compiled in a folder: a second start compiles nothing. Where
 * the folder can't be written, every start compiles. Types are checked by `npm run typecheck`, not here.
 *
 * Plain JavaScript, because it is what lets Node run the rest.
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

/** What each file is compiled with. The target and the module system are those of tsconfig.json. */
const options = {
  swcrc: false,
  sourceMaps: true,
  module: { type: "commonjs", strictMode: true, ignoreDynamic: true },
  jsc: { parser: { syntax: "typescript" }, target: "es2022", keepClassNames: true },
};

/** Another compiler or other options make another output of the same file. */
const compiler = JSON.stringify([require("@swc/core/package.json").version, options]);

/** Source maps of the files that this process has loaded, by path. Each is read only when a stack trace needs it. */
const sourceMaps = new Map();

/**
 * Lets `require` load TypeScript files.
 * @param {string} root The folder of the program.
 * @param {string} cache The folder in which compiled files are kept.
 */
function register(root, cache) {
  require.extensions[".ts"] = (module, file) => {
    const { code, map } = compiled(file, path.join(cache, `${path.relative(root, file)}.js`));
    sourceMaps.set(file, map);
    module._compile(code, file);
  };
}

/** The compiled file, from the cache if it holds one of the same source by the same compiler. */
function compiled(file, cached) {
  const source = fs.readFileSync(file, "utf8");
  const key = hash(compiler + source);
  const kept = read(cached, key);
  if (kept !== undefined) return { code: kept.code, map: () => read(cached, key)?.map };
  // Loaded only here: it takes longer than reading what it has compiled before.
  const { code, map } = require("@swc/core").transformSync(source, { ...options, filename: file, sourceFileName: path.basename(file) });
  write(cached, key, code, map);
  return { code, map: () => map };
}

/** A cache file is a line with the key, the length of the code and the hash of all that follows: the code and its source map. */
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
 * Written under another name and renamed, so that a process that reads meanwhile finds the old file or the new one. Where the folder can't be
 * written or the disk is full, the next start compiles again.
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

/** Lets stack traces name the lines of the TypeScript files. Pulumi's own installation of source-map-support is used, which it loads anyway. */
function mapStackTraces() {
  const support = createRequire(require.resolve("@pulumi/pulumi/package.json"))("source-map-support");
  const retrieveSourceMap = (file) => {
    const map = sourceMaps.get(file)?.();
    return map === undefined ? null : { url: file, map };
  };
  support.install({ environment: "node", handleUncaughtExceptions: false, retrieveSourceMap });
}

module.exports = { register, mapStackTraces };
