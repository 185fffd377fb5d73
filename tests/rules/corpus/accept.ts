/** The acceptances of the shipped stack `prod`. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "yaml";
import type { Acceptance } from "../../../rules";

const file = path.join(__dirname, "..", "..", "..", "Pulumi.prod.yaml");

export const shippedAcceptances = (
  yaml.parse(fs.readFileSync(file, "utf8")) as { readonly config: { readonly "moor:accept": readonly Acceptance[] } }
).config["moor:accept"];
