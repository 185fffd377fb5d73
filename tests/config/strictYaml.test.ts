// Proves that YAML which two parsers can read differently is rejected with its line, and that what is written is what is read. Doesn't
// prove how Pulumi's parser reads a file: the rules are based on the source of that parser, gopkg.in/yaml.v3.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { lock as lockVerb } from "../../cli/lock";
import { rollBack } from "../../cli/lock/rollback";
import { retireText } from "../../cli/retire";
import { checkStack } from "../../config/checkStack";
import { loadStack } from "../../config/load";
import { readLock } from "../../config/lockFile";
import { settingsOf } from "../../config/stackYaml";
import { goodSettings, rawStack, spoilt, type Tree } from "./stacks";

const lockText = fs.readFileSync(path.join(__dirname, "..", "..", "moor.lock.prod.yaml"), "utf8");

/** Unsupported YAML in the place of a value. */
const values: readonly (readonly [what: string, value: string])[] = [
  ["an alias without an anchor", "*nothing"],
  ["an anchor", "&name 1"],
  ["a tag of YAML's own", "!!str 1"],
  ["a tag of an application", "!secret x"],
  ["a binary tag", "!!binary aGk="],
  ["a list as a key", "{ [a]: 1 }"],
  ["a map as a key", "{ { a: 1 }: 1 }"],
  ["a number as a key", "{ 1: a }"],
  ["null as a key", "{ ~: a }"],
  ["true as a key", "{ true: a }"],
  ["a merge key", "{ <<: { a: 1 } }"],
  ["a key twice", "{ a: 1, a: 2 }"],
  ["a number with a leading zero", "0777"],
  ["a number with underscores", "1_000"],
  ["a binary number", "0b101"],
  ["an octal number", "0o17"],
  ["a hexadecimal number", "0x1F"],
  ["infinity", ".inf"],
  ["not a number", ".nan"],
  ["a number that is too large", "1e999"],
  ["a number that loses digits", "12345678901234567890"],
  ["a date", "2026-11-29"],
  ["a time", "2026-11-29T10:00:00Z"],
  ["forty digits", "1234567890123456789012345678901234567890"],
  ["100,000 open brackets", "[".repeat(100_000)],
  ["100,000 nested lists", `\n${"- ".repeat(100_000)}x`],
];

const bomb = [
  "a: &a [x, x, x, x, x, x, x, x, x]",
  ...["b", "c", "d", "e", "f", "g"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdef"[i]}`).join(", ")}]`),
];

/** Complete files. */
const files: readonly (readonly [what: string, text: (good: string) => string])[] = [
  ["an alias bomb", (good) => `${bomb.join("\n")}\n${good}`],
  ["a circular alias", (good) => `${good}\nx: &x [*x]\n`],
  ["two documents", (good) => `${good}\n---\na: 1\n`],
  ["a second document after an end mark", (good) => `${good}\n...\na: 1\n`],
  ["a directive", (good) => `%YAML 1.1\n---\n${good}`],
  ["a tag directive", (good) => `%TAG ! tag:example.com,2026:\n---\n${good}`],
  ["an unclosed quote", (good) => `${good}\nx: 'a\n`],
];

let warned: jest.SpyInstance;
beforeEach(() => {
  warned = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterEach(() => {
  expect(warned).not.toHaveBeenCalled();
  jest.restoreAllMocks();
});

const good = "config:\n  azure-native:location: swedencentral\n";

function refusalOf(text: string): string {
  try {
    settingsOf(text, "Pulumi.x.yaml");
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

test.each(values)("a stack file with %s is rejected in one sentence with its line", (_, value) => {
  const message = refusalOf(`${good}  moor:quota: ${value}\n`);
  expect(message).toMatch(/^MOOR062 Pulumi\.x\.yaml[^\n]*\(line \d+\)[^\n]*\.$/);
  expect(message.length).toBeLessThan(600);
});

test.each(files)("a stack file with %s is rejected", (_, text) => {
  expect(refusalOf(text(good))).toMatch(/^MOOR062 Pulumi\.x\.yaml[^\n]*\.$/);
});

test.each(values)("a lock file with %s is invalid", (_, value) => {
  const read = readLock("prod", lockText.replace("madeBy: moor 0.1.0", `madeBy: ${value}`));
  expect("errors" in read && read.errors.map(({ code }) => code)).toEqual(["MOOR051"]);
});

test.each(files)("a lock file with %s is invalid", (_, text) => {
  const read = readLock("prod", text(lockText));
  expect("errors" in read && read.errors.map(({ code }) => code)).toEqual(["MOOR051"]);
});

test.each([
  [
    "in quotes, all of it is text",
    'a: ["0777", "1_000", "2026-11-29", "*x", "&x", "!x", "~", "true", ".inf", "<<"]',
    ["0777", "1_000", "2026-11-29", "*x", "&x", "!x", "~", "true", ".inf", "<<"],
  ],
  [
    "plain text is text",
    "a: [yes, no, on, off, y, n, 1.2.3, 16k, 10.40.0.0/22, 3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41, =]",
    ["yes", "no", "on", "off", "y", "n", "1.2.3", "16k", "10.40.0.0/22", "3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41", "="],
  ],
  [
    "decimal numbers, truth values and null are what they are",
    "a: [0, -1, 1.5, 1e3, true, false, null, ~]",
    [0, -1, 1.5, 1000, true, false, null, null],
  ],
])("%s", (_, line, value) => {
  expect(JSON.parse(settingsOf(`config:\n  moor:${line}\n`).settings["moor:a"]!)).toEqual(value);
});

test.each(["lock: none", "moor:config:lock: none", "moor: none"])(
  "the key of %s is refused: Pulumi reads it under another name",
  (line) => {
    expect(refusalOf(`config:\n  ${line}\n`)).toMatch(/^MOOR062 Pulumi\.x\.yaml[^\n]*\(line 2\)[^\n]*\.$/);
  },
);

describe("names that every JavaScript object has", () => {
  const inherited = ["__proto__", "constructor", "toString", "hasOwnProperty", "__defineGetter__"];
  /** JSON.parse creates an own key for each name. */
  const own = (name: string, value: unknown): Tree => JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`);
  const main = goodSettings()["moor:endpoints"].chat.deployments.main;
  const places: readonly (readonly [string, (name: string) => Tree, string])[] = [
    ["an endpoint", (name) => ({ "moor:endpoints": own(name, goodSettings()["moor:endpoints"].chat) }), "moor:endpoints"],
    [
      "a label",
      (name) => ({ "moor:endpoints": { chat: { auth: "key", deployments: own(name, main) } } }),
      "moor:endpoints.chat.deployments",
    ],
    ["a setting", (name) => ({ "moor:residency": { geography: "Sweden", ...JSON.parse(`{"${name}":1}`), [name]: 1 } }), "moor:residency"],
    ["a tag", (name) => ({ "moor:platform": { ...goodSettings()["moor:platform"], tags: own(name, "x") } }), "moor:platform.tags"],
    ["a quota family", (name) => ({ "moor:quota": own(name, { limit: 1 }) }), "moor:quota"],
    [
      "a flag",
      (name) => ({
        "moor:endpoints": { chat: { auth: "key", deployments: { main: { ...main, vllm: { ...main.vllm, flags: own(name, true) } } } } },
      }),
      "moor:endpoints.chat.deployments.main.vllm.flags",
    ],
  ];

  test.each(places)("are rejected for %s, and never dropped", (what, settings, at) => {
    for (const name of inherited.filter((one) => what !== "a setting" || one !== "__proto__")) {
      const checked = checkStack(rawStack({ ...goodSettings(), ...settings(name) }));
      expect("errors" in checked && checked.errors.map(({ code, path: where }) => [code, where])).toEqual([["MOOR001", `${at}.${name}`]]);
    }
  });

  test("are accepted in a sample request, whose keys depend on the model", () => {
    const request = JSON.parse('{"constructor":1,"__proto__":{"a":1}}');
    const settings = spoilt((s) => {
      s["moor:endpoints"].chat.deployments.main = {
        score: { path: "./docker/score" },
        size: "Standard_DS3_v2",
        instances: 1,
        weight: 100,
        check: { request },
      };
    });
    const checked = checkStack(rawStack(settings));
    expect("spec" in checked && JSON.stringify(checked.spec.endpoints[0]!.deployments[0]!.check)).toBe(JSON.stringify({ request }));
  });

  test.each(inherited)("are rejected in a lock file: %s", (name) => {
    const read = readLock("prod", lockText.replace("\n  fraud:", `\n  ${name}:`));
    expect("errors" in read && read.errors.map(({ code, path: where }) => [code, where])).toEqual([
      ["MOOR051", `moor.lock.prod.yaml.endpoints.${name}`],
    ]);
  });

  test("are not a deployment for the commands that take one", () => {
    const read = readLock("prod", lockText);
    if ("errors" in read) throw new Error("unreadable");
    expect(() => rollBack(read.lock, "constructor/name", () => ({ isKept: false }))).toThrow(
      'The lock file has no deployment "constructor/name". Deployments: chat/main, chat/candidate, fraud/main.',
    );
    expect(() => retireText("prod", lockText, "constructor", "name")).toThrow("constructor/name has no previous decision to retire.");
  });
});

test("settings with a thousand levels of nesting are rejected", () => {
  const deep = JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`);
  const settings = spoilt((s) => Object.assign(s["moor:endpoints"].chat.deployments.main, { check: { request: deep } }));
  const raw = rawStack({ ...settings, "moor:endpoints": "" });
  const text = `{"chat":{"auth":"key","deployments":{"main":{"check":{"request":${"[".repeat(5_000)}${"]".repeat(5_000)}}}}}}`;
  const checked = checkStack({ ...raw, settings: { ...raw.settings, "moor:endpoints": text } });
  expect("errors" in checked && checked.errors.map(({ code }) => code)).toEqual(["MOOR062"]);
});

describe("lock and preview agree", () => {
  let folder = "";
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-yaml-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  test("on a stack file with an alias, which Pulumi's parser accepts", async () => {
    const text = fs.readFileSync(path.join(__dirname, "..", "..", "Pulumi.dev.yaml"), "utf8");
    fs.writeFileSync(path.join(folder, "Pulumi.dev.yaml"), text.replace("environment: dev", "environment: &env dev, stage: *env"));
    const expected = /MOOR062 Pulumi\.dev\.yaml/;
    await expect(lockVerb({ stack: "dev", folder })).rejects.toThrow(expected);
    pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) }, "moor", "dev");
    pulumi.runtime.setAllConfig({ ...rawStack(goodSettings()).settings }, []);
    expect(() => loadStack(folder)).toThrow(expected);
    fs.writeFileSync(path.join(folder, "Pulumi.dev.yaml"), text);
    expect(() => loadStack(folder)).not.toThrow();
  });
});
