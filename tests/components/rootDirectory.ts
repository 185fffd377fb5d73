/** Tells Pulumi's runtime where the project is, as the engine would. */
import * as path from "node:path";

process.env.PULUMI_NODEJS_ROOT_DIRECTORY = path.join(__dirname, "..", "..");
