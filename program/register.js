/** Enables Node to run the TypeScript files of this clone: `node -r ./program/register.js file.ts`. */
const { enableCompileCache } = require("node:module");
const path = require("node:path");
const { register } = require("./compile");

const root = path.join(__dirname, "..");
const cache = path.join(root, "node_modules", ".cache", "moor");

// Caches compiled code of all modules, with Node 22.1 or later. If the folder is not writable, Node continues without a cache.
enableCompileCache?.(path.join(cache, "v8"));
register(root, path.join(cache, "typescript"));
