/**
 * Runs before each suite of the tier without the engine, and puts a `pulumi` on the PATH that only fails. So a suite that needs the engine fails
 * until it is moved to another tier.
 */
import * as path from "node:path";

process.env.PATH = [__dirname, process.env.PATH].join(path.delimiter);
