/** Lets Node run the TypeScript of this clone: `node -r ./program/register.js file.ts`. */
const { enableCompileCache } = require("node:module");
const path = require("node:path");
const { register } = require("./compile");

const root = path.join(__dirname, "..");
const cache = path.join(root, "node_modules", ".cache", "moor");

// V8's code of every module, from Node 22.1 on. Where it can't be kept Node goes on without.
enableCompileCache?.(path.join(cache, "v8"));
register(root, path.join(cache, "typescript"));
