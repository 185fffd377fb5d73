// Proves the network position of programs. The other variables are proved by tests/e2e, which run the engine with them.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pulumiEnvironment } from "../../azure-local/pulumi";

let home: string;
const { MOOR_LOCAL_NETWORK } = process.env;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-pulumi-"));
});
afterEach(() => {
  fs.rmSync(home, { recursive: true, force: true });
  delete process.env.MOOR_LOCAL_NETWORK;
  if (MOOR_LOCAL_NETWORK !== undefined) process.env.MOOR_LOCAL_NETWORK = MOOR_LOCAL_NETWORK;
});

function environment(): NodeJS.ProcessEnv {
  const addresses = { armUrl: "http://127.0.0.1:1", frontdoorUrl: "http://127.0.0.1:2", debugProviders: "", subscriptionId: "" };
  return pulumiEnvironment(home, { command: "pulumi", path: [], version: "", from: "PATH" }, addresses);
}

function position(chosen: string | undefined): string | undefined {
  delete process.env.MOOR_LOCAL_NETWORK;
  if (chosen !== undefined) process.env.MOOR_LOCAL_NETWORK = chosen;
  return environment().MOOR_LOCAL_NETWORK;
}

test("a program doesn't wait for requests, unless the user sets a wait", () => {
  const { MOOR_WAITS } = process.env;
  try {
    delete process.env.MOOR_WAITS;
    expect(JSON.parse(environment().MOOR_WAITS!)).toEqual({ rolePropagationSeconds: 0, drainSeconds: 0, gateSeconds: 10 });
    process.env.MOOR_WAITS = '{"drainSeconds":7}';
    expect(environment().MOOR_WAITS).toBe('{"drainSeconds":7}');
  } finally {
    delete process.env.MOOR_WAITS;
    if (MOOR_WAITS !== undefined) process.env.MOOR_WAITS = MOOR_WAITS;
  }
});

test.each([
  [undefined, "inside"],
  ["", "inside"],
  ["inside", "inside"],
  ["outside", "outside"],
])("a program with MOOR_LOCAL_NETWORK=%s is %s", (chosen, expected) => {
  expect(position(chosen)).toBe(expected);
});

test("another position is rejected", () => {
  expect(() => position("vpn")).toThrow('MOOR_LOCAL_NETWORK is "vpn". Allowed: inside (the default), outside.');
});
