// Proves with the real engine that the language host starts policy packs in their own folder, as Pulumi's own host does. Doesn't prove that
// Pulumi's own host starts them, because it can't be installed here.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Foreign, openForeign } from "./foreign";

jest.setTimeout(240_000);

const fixtures = path.join(__dirname, "fixtures");
const pack = (name: string) => path.join(fixtures, "packs", name);

let foreign: Foreign;
beforeAll(async () => {
  foreign = await openForeign(path.join(fixtures, "foreign"), { "foreign:setting": "from the stack file" });
});
afterAll(() => foreign?.close());

test("a pack in JavaScript starts with its entry point, its Node options and the stack's configuration", async () => {
  const { code, output } = await foreign.run("preview", "--policy-pack", pack("javascript"));
  expect(output).toContain("javascript from the pack's folder foreign/dev from the stack file");
  expect(output).toContain("pack-javascript@v1.2.3");
  expect(code).toBe(0);
});

test("a pack in TypeScript starts with its own tsconfig.json, and a mandatory policy ends the preview", async () => {
  const { code, output } = await foreign.run("preview", "--policy-pack", pack("typescript"));
  expect(output).toContain("group in typescript");
  expect(code).not.toBe(0);
});

test("a pack without installed packages gives a clear error", async () => {
  const folder = path.join(foreign.session.home, "uninstalled");
  fs.cpSync(pack("javascript"), folder, { recursive: true });
  const { code, output } = await foreign.run("preview", "--policy-pack", folder);
  expect(output).toContain(`The package @pulumi/pulumi isn't installed in ${folder}. Run \`npm install\` in that folder.`);
  expect(code).not.toBe(0);
});

test("a pack that throws at its start ends the preview with its error", async () => {
  const folder = path.join(foreign.folder, "broken");
  fs.cpSync(pack("javascript"), folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "lib", "pack.js"), 'throw new Error("The pack is broken");');
  const { code, output } = await foreign.run("preview", "--policy-pack", folder);
  expect(output).toContain("The pack is broken");
  expect(code).not.toBe(0);
});

test("`pulumi policy analyze` checks a state without the program and its providers", async () => {
  expect(await foreign.run("up", "--yes", "--skip-preview")).toMatchObject({ code: 0 });
  fs.rmSync(path.join(foreign.folder, "index.js"));
  const advisory = await foreign.run("policy", "analyze", "--policy-pack", pack("javascript"), "--stack", "dev", "--json");
  expect(advisory.output).toContain("javascript from the pack's folder");
  expect(advisory.code).toBe(0);
  const mandatory = await foreign.run("policy", "analyze", "--policy-pack", pack("typescript"), "--stack", "dev");
  expect(mandatory.output).toContain("one or more mandatory policy violations were found");
  expect(mandatory.code).not.toBe(0);
});
