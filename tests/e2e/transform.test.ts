// Proves with the real engine that a transform can make an existing endpoint more private but not less private, even if its values are
// unknown at first. tests/components/privacy.test.ts tests all resources and forms. Doesn't prove how Azure handles the write.
import * as fs from "node:fs";
import * as path from "node:path";
import { cloneProgram } from "./clone";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

let folder: string;
let sandbox: Sandbox;
let program: string;
beforeAll(async () => {
  folder = cloneProgram();
  program = fs.readFileSync(path.join(folder, "index.ts"), "utf8");
  sandbox = await openSandbox({}, undefined, folder);
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await sandbox?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Runs the program with a transform of its endpoints. */
function run(verb: string, transform: string) {
  const place = "after: [...models.values()],";
  expect(program).toContain(place);
  fs.writeFileSync(path.join(folder, "index.ts"), program.replace(place, `${place}\n    transform: ${transform},`));
  return sandbox.run(verb, "dev");
}

const later = (value: string) => `pulumi.output(new Promise((resolve) => setTimeout(() => resolve(${value}), 50)))`;
/** `finding` is the report that ends an update if values are unknown until then: the rules check them before the component does. */
const loosenings: readonly { readonly what: string; readonly transform: string; readonly property: string; readonly finding?: RegExp }[] = [
  {
    what: "values",
    transform: '{ endpoint: { properties: { publicNetworkAccess: "Enabled" } } }',
    property: "properties.publicNetworkAccess",
  },
  {
    what: "an Output",
    transform: `{ endpoint: { properties: ${later('{ publicNetworkAccess: "Enabled" }')} } } as never`,
    property: "properties.publicNetworkAccess",
    finding: /MOOR440 chat-endpoint properties\.publicNetworkAccess\n/,
  },
  {
    what: "a traffic update",
    transform: '{ write: { properties: { template: { resources: [{ properties: { authMode: "Key" } }] } } } } as never',
    property: "properties.publicNetworkAccess",
  },
  {
    what: "a deployment",
    transform: `{ deployment: { properties: ${later('{ egressPublicNetworkAccess: "Enabled" }')} } } as never`,
    property: "egressPublicNetworkAccess",
    finding: /MOOR470 chat-main-\w{8}-deployment properties\.egressPublicNetworkAccess\n/,
  },
];
test.each(loosenings)(
  "$what that open a live endpoint are refused by preview and up, and nothing is written.",
  async ({ transform, property, finding }) => {
    const before = sandbox.requests().length;
    for (const verb of ["preview", "up"]) {
      const { code, output } = await run(verb, transform);
      expect(code).not.toBe(0);
      const refusal = new RegExp(`a transform (sets|removes) ${property.includes(".") ? property : `properties.${property}`}`);
      expect(output).toMatch(verb === "up" ? (finding ?? refusal) : refusal);
      // The endpoint that the program didn't declare, because it failed, isn't removed.
      expect(output).not.toContain("MOOR526");
    }
    const written = sandbox.requests().slice(before);
    expect(
      written.filter(({ method, path }) => method === "PUT" && /onlineEndpoints|Microsoft.Resources\/deployments/i.test(path)),
    ).toEqual([]);
  },
);

test("A transform that makes the endpoint more private is written, and nothing else of it changes.", async () => {
  expect(await run("up", `{ endpoint: { properties: ${later('{ authMode: "AADToken" }')} } } as never`)).toMatchObject({ code: 0 });
  const id = sandbox.azure.resources().find(({ type }) => /\/onlineEndpoints$/i.test(type))!.id;
  const shown = (await (await sandbox.arm("GET", id, "2025-12-01")).json()) as { properties: object };
  const [main] = sandbox.azure.resources().filter(({ type }) => /\/onlineEndpoints\/deployments$/i.test(type));
  expect(shown.properties).toMatchObject({ authMode: "AADToken", publicNetworkAccess: "Disabled", traffic: { [main!.name]: 100 } });
});
