// What prod registers, recorded: `record.ts <file>` writes it there. In a process of its own, because the recorder stands in for Pulumi's engine.
import "../../tests/components/rootDirectory";

import * as fs from "node:fs";
import * as path from "node:path";
import { settingsOf } from "../../config/stackYaml";
import { record } from "../../tests/components/recorder";

const root = path.join(__dirname, "..", "..");
const stackFile = "Pulumi.prod.yaml";
const { settings: config } = settingsOf(fs.readFileSync(path.join(root, stackFile), "utf8"), stackFile);

record(() => require("../../index"), { stack: "prod", config }).then(
  ({ resources }) => fs.writeFileSync(process.argv[2]!, JSON.stringify(resources)),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
