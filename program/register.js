/** Lets Node run the TypeScript of this clone: `node -r ./program/register.js file.ts`. */
const path = require("node:path");
const { register } = require("./compile");

register(path.join(__dirname, ".."));
