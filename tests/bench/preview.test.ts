// Proves that the bare program registers what was recorded, with references where ids are, and that a profile's time is put to what it was spent
// on. Doesn't prove that the program runs: the benchmark does.
import * as path from "node:path";
import { bareProgram } from "../../bench/preview/programs";
import { type Profile, sharesOf } from "../../bench/preview/shares";
import { created, type Recorded } from "../components/recorder";

const root = path.join(__dirname, "..", "..");

test("the bare program registers the custom resources in their order, with the outputs of earlier ones", () => {
  const group = {
    type: "azure-native:resources:ResourceGroup",
    name: "moor",
    custom: true,
    dependsOn: [],
    inputs: { resourceGroupName: "rg" },
  };
  const { id } = created(group.type, group.inputs);
  const inputs = { scope: "/", roleAssignmentName: "assigned", principalId: id, identities: { [id]: {} }, note: `${id}/more` };
  const recorded = [
    group,
    { type: "moor:index:Component", name: "part", custom: false, dependsOn: [], inputs: {} },
    { type: "random:index/randomString:RandomString", name: "suffix", custom: true, dependsOn: ["part", "moor"], inputs: {} },
    { type: "azure-native:authorization:RoleAssignment", name: "role", custom: true, dependsOn: ["suffix"], inputs },
  ] as unknown as Recorded[];
  const lines = bareProgram(recorded).split("\n");
  expect(lines.filter((line) => line.startsWith("import"))).toEqual([
    'import * as resources from "@pulumi/azure-native/resources";',
    'import * as random from "@pulumi/random";',
    'import * as authorization from "@pulumi/azure-native/authorization";',
  ]);
  expect(lines.filter((line) => line.startsWith("const"))).toEqual([
    'const r0 = new resources.ResourceGroup("moor", {',
    'const r1 = new random.RandomString("suffix", {}, { dependsOn: [r0] });',
    'const r2 = new authorization.RoleAssignment("role", {',
  ]);
  expect(lines).toContain('  "principalId": r0.id,');
  expect(lines).toContain(`    ${JSON.stringify(id)}: {}`);
  expect(lines).toContain(`  "note": ${JSON.stringify(`${id}/more`)}`);
  expect(lines.at(-2)).toBe("}, { dependsOn: [r1] });");
});

test("a sample of a profile belongs to the innermost function that tells what it works for", () => {
  const frame = (functionName: string, url: string) => ({ functionName, url });
  const own = (file: string) => `file://${path.join(root, file)}`;
  const frames: [number, ReturnType<typeof frame>, number[]?][] = [
    [1, frame("(root)", ""), [2, 3, 9]],
    [2, frame("(idle)", "")],
    [3, frame("Module._load", "node:internal/modules/cjs/loader"), [4]],
    [4, frame("", path.join(root, "config", "stack.ts")), [5, 6, 8]],
    [5, frame("parse", path.join(root, "node_modules", "zod", "parse.cjs"))],
    [6, frame("wrapSafe", "node:internal/modules/cjs/loader")],
    [8, frame("decide", own("planner/decide.ts")), [10, 11]],
    [9, frame("(garbage collector)", "")],
    [10, frame("debuggable", path.join(root, "node_modules", "@pulumi", "pulumi", "runtime", "debuggable.js")), [12]],
    [11, frame("keys", "")],
    [12, frame("get stack", "")],
  ];
  const profile: Profile = {
    nodes: frames.map(([id, callFrame, children]) => ({ id, callFrame, children })),
    samples: [2, 4, 5, 6, 8, 9, 10, 11, 12],
    timeDeltas: [1e6, 1e6, 2e6, 3e6, 4e6, 5e6, 6e6, 7e6, 8e6],
  };
  expect(sharesOf(profile)).toEqual({
    "SDK and Node": 6,
    "garbage collection": 5,
    "stack traces": 8,
    transpiling: 0,
    modules: 3,
    configuration: 3,
    planning: 11,
    components: 0,
    hooks: 0,
  });
});
