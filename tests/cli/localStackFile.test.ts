// Proves that a truncated local copy of a stack file is replaced. Doesn't prove what pulumi does with it: see tests/e2e/local.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { LocalSession } from "../../cli/local/session";
import { prepareStack } from "../../cli/local/stackFile";

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-copy-"));
});
afterEach(() => fs.rmSync(home, { recursive: true }));

const session = () => ({ home, report: () => {}, pulumiQuietly: async () => "" }) as unknown as LocalSession;
const real = "config:\n  azure-native:location: swedencentral\n";

test.each(["", "config:\n  moor:endpoints: {", "config: [", "\0", "null", "- a\n", real.slice(0, 12)])(
  "a copy that is %j is made again",
  async (text) => {
    fs.mkdirSync(path.join(home, "project"));
    fs.writeFileSync(path.join(home, "project", "Pulumi.team.yaml"), text);
    const source = path.join(home, "real.yaml");
    fs.writeFileSync(source, real);
    const copy = await prepareStack(session(), "team", source);
    expect(fs.readFileSync(copy, "utf8")).toBe(real);
    expect(fs.statSync(copy).mode & 0o777).toBe(0o600);
  },
);

test("a truncated state is reported before pulumi is run", async () => {
  const file = path.join(home, "state", ".pulumi", "stacks", "moor", "team.json");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, "{");
  fs.writeFileSync(path.join(home, "real.yaml"), real);
  await expect(prepareStack(session(), "team", path.join(home, "real.yaml"))).rejects.toThrow(`${file} is incomplete`);
});
