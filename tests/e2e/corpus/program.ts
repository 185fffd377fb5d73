/** Runs of a copy of the program with cases of the mutation corpus. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Case, type Change, withoutHashes } from "../../rules/corpus/case";
import { world } from "../../rules/corpus/world";
import { cloneProgram } from "../clone";
import { openSandbox, type Run, type Sandbox } from "../sandbox";

const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";
const HUB = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub`;
/** Tenant of the local Azure. */
const TENANT = "00000000-0000-4000-8000-0000000000aa";

export interface MutatedProgram {
  readonly sandbox: Sandbox;
  /** Runs a command on prod with changes. */
  run(verb: string, changes: readonly Change[], args?: string[]): Promise<Run>;
  close(): Promise<void>;
}

/** Opens a local Azure with the resources of the world, and a copy of the program that applies changes. */
export async function openMutatedProgram(): Promise<MutatedProgram> {
  const folder = cloneProgram();
  const index = path.join(folder, "index.ts");
  const source = fs.readFileSync(index, "utf8");
  const place = "const adopted = adoptedIds(platform);";
  if (!source.includes(place)) throw new Error("index.ts doesn't have the place where the test registers its transform.");
  const added = source.replace(place, `mutate();\n${place}`);
  fs.writeFileSync(index, `import { addResources, mutate } from "./mutations";\n${added}\naddResources();\n`);
  fs.copyFileSync(path.join(__dirname, "..", "fixtures", "mutations.ts"), path.join(folder, "mutations.ts"));
  const sandbox = await openSandbox({}, undefined, folder, true);
  await createWorld(sandbox);
  return {
    sandbox,
    async run(verb, changes, args = []) {
      fs.writeFileSync(path.join(folder, "changes.json"), JSON.stringify(mutationsOf(changes)));
      const files = changes.flatMap((change) => (change.kind === "file" ? change.changes : []));
      const stackFile = sandbox.edit(
        "prod",
        files.map(([keys, value]) => [[...keys], value]),
      );
      return sandbox.run(verb, "prod", { args, stackFile });
    },
    async close() {
      await sandbox.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function createWorld({ arm }: Sandbox): Promise<void> {
  const put = async (id: string, apiVersion: string, body: unknown) => {
    const response = await arm("PUT", id, apiVersion, body);
    if (!response.ok) throw new Error(`${id}: ${response.status} ${await response.text()}`);
  };
  await put(HUB, "2024-03-01", { location: "swedencentral" });
  for (const { path: name, apiVersion, body } of world) await put(`${HUB}/providers/${name}`, apiVersion, body);
}

function mutationsOf(changes: readonly Change[]) {
  const references = { hub: `${HUB}/providers`, subscription: SUBSCRIPTION, tenant: TENANT };
  const set = changes.filter((change) => change.kind === "set");
  const add = changes.filter((change) => change.kind === "add").map((change, index) => ({ ...change, name: `added-${index}` }));
  return { references, set, add };
}

/** A report shows no more findings than this. */
const mostShown = 50;

/** Cases that don't change the same input, and that one preview can show together. */
export function rounds(cases: readonly Case[], changeOf: (one: Case) => Change): Case[][] {
  const result: Case[][] = [];
  for (const one of cases) {
    const round = result.find((others) => others.length < mostShown && !others.some((other) => collide(changeOf(one), changeOf(other))));
    if (round === undefined) result.push([one]);
    else round.push(one);
  }
  return result;
}

function collide(one: Change, other: Change): boolean {
  if (one.kind === "file" || other.kind === "file") return true;
  if (one.kind === "add" || other.kind === "add") return false;
  const [first, second] = [`${one.path}.`, `${other.path}.`];
  return one.target === other.target && (first.startsWith(second) || second.startsWith(first));
}

/** Findings in a report, as the table of cases names them. Added resources have the name of their place. */
export function foundIn(output: string): string[] {
  const lines = output.match(/(?<=^ *)MOOR\d{3} \S+ [\w.]+$/gm) ?? [];
  return lines.map((line) => withoutHashes(line.replace(/ added-\d+ /, " added "))).sort();
}

export function expectedOf(cases: readonly Case[]): string[] {
  return cases.map(({ code, resource, property }) => `${code} ${resource} ${property}`).sort();
}
