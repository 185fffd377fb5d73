/**
 * Runs before each suite that starts no engine. The `pulumi` that such a suite would find is one that refuses to run, so a suite that needs the
 * engine fails until it belongs to a tier that has one.
 */
import * as path from "node:path";

process.env.PATH = [__dirname, process.env.PATH].join(path.delimiter);
