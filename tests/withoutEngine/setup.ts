/**
 * Runs before each suite of the tier without the engine, and puts a `pulumi` on the PATH that only fails. So a suite that needs the engine fails
 * until it is moved to another tier.
 */
import * as path from "node:path";

process.env.PATH = [__dirname, process.env.PATH].join(path.delimiter);

// A proxy of the developer's machine would change the messages of clients.
for (const name of ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"]) {
  delete process.env[name];
  delete process.env[name.toLowerCase()];
}
