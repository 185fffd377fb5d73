/** Passes the folder of the project to Pulumi's runtime, like the engine. */
import * as path from "node:path";

process.env.PULUMI_NODEJS_ROOT_DIRECTORY = path.join(__dirname, "..", "..");
