// Proves with the real engine that the program of today previews the stacks of an older version with no change of any Azure resource, and
// which inputs of components differ, which only the state holds. The older version itself brought the stacks up: see fixtures/README.md. It
// doesn't prove anything of a stack that uses what these three don't, such as `roles: external`, nor that options such as `protect` and
// `dependsOn` are as they were: a preview has no step for those. `dev` has no lock, so a planner that decides otherwise shows there as another
// deployment.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { prepareStack } from "../../cli/local/stackFile";
import { cloneProgram } from "./clone";
import { unpackHome } from "./fixtures/home";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

/** What a preview shows: how many Azure resources stay as they are, and a line for each component that has changed. */
interface Expected {
  readonly azure: number;
  readonly components: readonly string[];
}

const versions: Record<string, Record<string, Expected>> = {
  "0.1.0": {
    dev: {
      azure: 53,
      // What clients are told is part of a decision now; a locked one has none until `npm run lock`.
      components: [
        "update moor:index:GpuDeployment chat-main-57a7e080: decision.clients",
        "update moor:index:InferenceEndpoint chat: deployments.0.decision.clients",
      ],
    },
    prod: { azure: 71, components: [] },
    adopted: { azure: 34, components: [] },
  },
};

interface State {
  readonly type: string;
  readonly inputs?: unknown;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
}

describe.each(Object.entries(versions))("the stacks of version %s", (version, stacks) => {
  const fixture = path.join(__dirname, "fixtures", version);
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = cloneWith(fixture);
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-home-"));
    unpackHome(path.join(fixture, "home.json.gz"), home);
    sandbox = await openSandbox({}, home, folder);
    fs.rmSync(home, { recursive: true });
  });
  afterAll(async () => {
    await sandbox?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test.each(Object.entries(stacks))("%s: no Azure resource changes", async (stack, expected) => {
    const file = await prepareStack(sandbox, stack, path.join(folder, `Pulumi.${stack}.yaml`));
    const args = ["preview", "--json", "--show-sames", "--stack", stack, "--config-file", file, "--non-interactive"];
    // Rejects, with what pulumi said, where the preview fails.
    const { steps } = JSON.parse(await sandbox.pulumiQuietly(args, folder)) as { steps: Step[] };
    const changed = steps.filter(({ op }) => op !== "same" && op !== "read");
    expect(changed.filter((step) => !isComponent(step)).map(line)).toEqual([]);
    expect(changed.filter(isComponent).map(line).sort()).toEqual(expected.components);
    // A preview that saw nothing would change nothing either.
    expect(steps.filter((step) => step.op === "same" && typeOf(step).startsWith("azure-native:")).length).toBe(expected.azure);
  });
});

/** The program of today with the stack files and locks of then, because those that are shipped may have changed for other reasons. */
function cloneWith(fixture: string): string {
  const folder = cloneProgram();
  for (const place of [folder, fixture]) {
    for (const file of fs.readdirSync(place).filter((name) => /^(Pulumi|moor\.lock)\.\w+\.yaml$/.test(name))) {
      if (place === folder) fs.rmSync(path.join(folder, file));
      else fs.copyFileSync(path.join(fixture, file), path.join(folder, file));
    }
  }
  return folder;
}

function typeOf({ oldState, newState }: Step): string {
  return (newState ?? oldState)!.type;
}

function isComponent(step: Step): boolean {
  return /^(moor:index|pulumi:pulumi):/.test(typeOf(step));
}

/** For instance `update moor:index:Network network: dns, tags.owner`. */
function line(step: Step): string {
  const { op, urn, oldState, newState } = step;
  const paths = oldState && newState ? `: ${differences(oldState.inputs, newState.inputs).join(", ")}` : "";
  return `${op} ${typeOf(step)} ${urn.split("::").at(-1)}${paths}`;
}

/** Paths at which two values differ, as deep as both have them. */
function differences(before: unknown, after: unknown, at: readonly string[] = []): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isTree(before) || !isTree(after)) return [at.join(".")];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].sort().flatMap((key) => differences(before[key], after[key], [...at, key]));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
