import "../components/rootDirectory";
import * as fs from "node:fs";
import * as path from "node:path";
import { SUBSCRIPTION } from "../components/recorder";
import { runStack } from "../components/shippedStacks";
import { corpus } from "../rules/corpus";
import { shippedAcceptances } from "../rules/corpus/accept";
import { openForeign } from "./foreign";
import { copies, findingLines, worldResources } from "./policyCorpus";
jest.setTimeout(240_000);
test("x", async () => {
  const { resources } = await runStack("prod");
  jest.restoreAllMocks();
  const prod = resources.filter(({ custom, type }) => custom && type.startsWith("azure-native:"));
  const foreign = await openForeign(path.join(__dirname, "fixtures", "registered"), { "azure-native:subscriptionId": SUBSCRIPTION });
  const config = path.join(foreign.session.home, "config.json");
  fs.writeFileSync(config, JSON.stringify({ contract: { home: "swedencentral", residency: { geography: "Sweden" }, accept: shippedAcceptances, principals: ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41"] } }));
  const cases = corpus.filter(({ change }) => change.kind !== "file").filter((one) => { try { copies(prod, [one], "twin"); copies(prod, [one], "change"); return true; } catch (e) { process.stderr.write(`skip ${one.name} ${(e as Error).message}\n`); return false; } });
  for (const which of ["twin", "change"] as const) {
    const given = [...worldResources(), ...prod, ...copies(prod, cases, which)];
    fs.writeFileSync(path.join(foreign.folder, "resources.json"), JSON.stringify(given));
    const t = Date.now();
    const { output, code } = await foreign.run("preview", "--policy-pack", path.join(__dirname, "../../.moor/policy"), "--policy-pack-config", config);
    fs.writeFileSync(`/tmp/wt/r8-corpus-${which}.out`, output);
    const lines = findingLines(output);
    const found = cases.filter((one, index) => lines.some((l) => l.code === one.code && l.name.startsWith(`case${index}-`) && l.property === one.property));
    process.stderr.write(`${which} ${given.length} resources ${code} ${Date.now() - t} ms; lines ${lines.length}; found ${found.length} of ${cases.length}\n`);
    if (which === "change") for (const [index, one] of cases.entries()) if (!found.includes(one)) process.stderr.write(`missing ${index} ${one.name} ${one.code} ${one.resource} ${one.property} ${JSON.stringify(lines.filter((l) => l.name.startsWith(`case${index}-`)))}\n`);
    if (which === "twin") process.stderr.write(JSON.stringify(lines.filter(({name}) => !name.startsWith("world-")), null, 0) + "\n");
  }
  await foreign.close();
});
