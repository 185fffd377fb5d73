import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execFile } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import * as storage from "@pulumi/azure-native/storage";
import { openSession } from "../../cli/local/session";
import { serve } from "../sweep/program";
import { collect } from "../../components/findings/collect";

const home = fs.mkdtempSync(path.join(os.tmpdir(), "r5-"));
let step = 0;
const short = (v: unknown) => JSON.stringify(v, (_, x) => typeof x === "symbol" ? `<${x.description}>` : x);
async function program() {
  const done = collect({
    async declared(d) { console.log("   declared", d.name, short(d.inputs.shown), d.inputs.exact === d.inputs.shown ? "" : "SECRETS"); },
    async written(d) { console.log("   written", d.name, d.id ?? "-", short(d.inputs.shown).slice(0, 200), "before", d.before === undefined ? "-" : short(d.before.shown).slice(0,80)); },
  });
  pulumi.runtime.registerResourceTransform(({ type, props, opts }) => type.includes("StorageAccount") ? { props: { ...props, tags: { late: "yes", s: String(step) } }, opts: step === 3 ? {} : opts } : undefined);
  const g = new resources.ResourceGroup("g", { resourceGroupName: "g1", location: "swedencentral" });
  const a = new storage.StorageAccount("a", { resourceGroupName: g.name, accountName: "aaaabbb" + (step >= 2 ? "2" : ""), location: "swedencentral", kind: "StorageV2", sku: { name: "Standard_LRS" }, tags: { x: pulumi.secret("hidden") } }, { protect: step < 2 });
  const b = a.id.apply(() => new storage.StorageAccount("inapply", { resourceGroupName: g.name, accountName: "inapplyzz", location: "swedencentral", kind: "StorageV2", sku: { name: "Standard_LRS" }, tags: { y: pulumi.secret("hidden") } }).id);
  const c = new pulumi.ComponentResource("my:comp:C", "comp");
  new storage.BlobContainer("box", { resourceGroupName: g.name, accountName: a.name, containerName: "box" }, { parent: c });
  const reviewed = pulumi.output(done().then(() => { console.log("   DONE"); return 1; }));
  return { reviewed, b };
}
async function main() {
  const session = await openSession(() => {}, home, {});
  const served = await serve(program);
  const run = (args: string[]) => new Promise<void>((resolve) => {
    execFile(session.engine.command, [...args, "--stack", "x", "--non-interactive", "--color", "never"], { cwd: "/tmp/r5x/proj", env: session.environment }, (e, out, err) => {
      console.log(`== ${args.join(" ").slice(0, 30)} step ${step} code ${(e as any)?.code ?? 0}\n${process.env.V ? out : out.split("\n").slice(-25).join("\n")}${err}`); resolve();
    });
  });
  await run(["stack", "init", "x"].slice(0, 2));
  await run(["preview", ...served(session.environment)]);
  await run(["up", "--yes", "--skip-preview", ...served(session.environment)]);
  for (step = 1; step < 4; step++) {
    await run(["preview", ...served(session.environment)]);
    if (step > 1) await run(["up", "--yes", "--skip-preview", ...served(session.environment)]);
  }
  served.close(); await session.close();
  process.exit(0);
}
void main();
