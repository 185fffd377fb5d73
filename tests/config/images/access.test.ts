/**
 * Tests the settings around images that are not part of a decision: operators, the bypass of network rules, import credentials, and a run
 * that creates only the platform. Doesn't prove what Azure allows.
 */
import { checkStack } from "../../../config/checkStack";
import { reportErrors } from "../../../config/errors";
import { encrypted, importCredentialsKey } from "../../../config/settings";
import { digest, goodSettings, rawStack, spoilt, subscription, type Tree, vllmDeployment } from "../stacks";

const person = "3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41";
const imageRegistry = `${subscription}/Microsoft.ContainerRegistry/registries/acr`;
const external = `docker.io/vllm/vllm-openai@${digest}`;

function check(settings: Tree, changes: Parameters<typeof rawStack>[1] = {}) {
  const checked = checkStack(rawStack(settings, changes));
  return "errors" in checked ? { errors: checked.errors, notes: [] } : { errors: [], notes: checked.spec.notes, spec: checked.spec };
}

const told = ({ errors }: ReturnType<typeof check>) => errors.map(({ code, path, problem }) => [code, path, problem]);
const platform = (changes: Tree) => spoilt((s) => Object.assign(s["moor:platform"], changes));

test("operators and the bypass of network rules are in the specification; neither has a default that changes a stack", () => {
  const given = { operators: [person], networkRuleBypassAllowedForTasks: true };
  expect(check(platform(given)).spec?.platform).toMatchObject(given);
  expect(check(platform({ networkRuleBypassAllowedForTasks: false })).spec?.platform.networkRuleBypassAllowedForTasks).toBe(false);
  expect(check(goodSettings()).spec?.platform.operators).toEqual([]);
  expect(check(goodSettings()).spec?.platform).not.toHaveProperty("networkRuleBypassAllowedForTasks");
});

test.each<[string, Tree, string[]]>([
  [
    "an operator twice, in another case",
    { operators: [person, person.toUpperCase()] },
    ["MOOR070", "moor:platform.operators.1", `The object ID "${person.toUpperCase()}" is in the list twice.`],
  ],
  [
    "an operator by name",
    { operators: ["ml-team"] },
    ["MOOR006", "moor:platform.operators.0", 'The value "ml-team" has an invalid format.'],
  ],
  ["operators as text", { operators: person }, ["MOOR003", "moor:platform.operators", `The value "${person}" is text.`]],
  [
    "101 operators",
    { operators: Array.from({ length: 101 }, (_, i) => `00000000-0000-0000-0000-${String(i).padStart(12, "0")}`) },
    ["MOOR006", "moor:platform.operators", expect.stringMatching(/has an invalid format\.$/)],
  ],
  [
    "a bypass as text",
    { networkRuleBypassAllowedForTasks: "yes" },
    ["MOOR003", "moor:platform.networkRuleBypassAllowedForTasks", 'The value "yes" is text.'],
  ],
  [
    "the bypass of an adopted registry",
    { imageRegistry, networkRuleBypassAllowedForTasks: false },
    [
      "MOOR084",
      "moor:platform.networkRuleBypassAllowedForTasks",
      "networkRuleBypassAllowedForTasks applies only to a resource that the stack creates, but `imageRegistry` is the ID of an existing one.",
    ],
  ],
])("%s is rejected", (_, changes, error) => {
  expect(told(check(platform(changes)))).toEqual([error]);
});

describe("import credentials", () => {
  const password = "dckr_pat_0123456789";
  const withImport = (value: string): Tree => ({
    ...spoilt((s) => (s["moor:images"].vllm = { import: external })),
    [importCredentialsKey]: value,
  });
  const secret = { secretKeys: [importCredentialsKey] };

  test("are accepted as a secret map, and can't be checked where only Pulumi can decrypt them", () => {
    for (const value of [JSON.stringify({ "docker.io": `moor:${password}`, "registry.example.com:5000": "a:b:c" }), encrypted]) {
      const checked = check(withImport(value), secret);
      expect(told(checked)).toEqual([]);
      expect(JSON.stringify(checked)).not.toContain(password);
    }
  });

  test("in plain text are rejected", () => {
    const checked = check(withImport(JSON.stringify({ "docker.io": `moor:${password}` })));
    expect(told(checked)).toEqual([
      [
        "MOOR076",
        importCredentialsKey,
        "The credentials are in plain text in the stack file, visible to everyone who can read the repository.",
      ],
    ]);
    expect(reportErrors("dev", checked.errors)).not.toContain(password);
  });

  test.each([
    [`moor:${password}`, "The secret is not a JSON map."],
    [JSON.stringify([`moor:${password}`]), "The secret is not a JSON map."],
    ["", "The secret is not a JSON map."],
    ["null", "The secret is not a JSON map."],
    ["{}", "The secret is an empty map."],
    [JSON.stringify({ "https://docker.io": `moor:${password}` }), "The name of entry 1 is not the host name of a registry."],
    [JSON.stringify({ "docker.io": "a:b", "Docker.IO": `moor:${password}` }), "The name of entry 2 is not the host name of a registry."],
    [JSON.stringify({ "docker.io": password }), "The value of entry 1 is not <username>:<password>."],
    [JSON.stringify({ "docker.io": { username: "moor", password } }), "The value of entry 1 is not <username>:<password>."],
    ['{"__proto__": "moor:x"}', "The name of entry 1 is not the host name of a registry."],
  ])("with the content %s are rejected without a part of it", (value, problem) => {
    const checked = check(withImport(value), secret);
    expect(told(checked)).toEqual([["MOOR077", importCredentialsKey, problem]]);
    expect(reportErrors("dev", checked.errors)).not.toContain(password);
  });

  test("have a note if no image is imported", () => {
    const note = "`moor:importCredentials` is ignored, because no image has `import` or `layer`.";
    const value = JSON.stringify({ "docker.io": `moor:${password}` });
    expect(check({ ...goodSettings(), [importCredentialsKey]: value }, secret).notes).toContain(note);
    expect(check(withImport(value), secret).notes).not.toContain(note);
  });

  test("have a note for each host that no image comes from, without the host and its credentials", () => {
    const value = JSON.stringify({ "hub.docker.com": `moor:${password}`, "docker.io": "a:b", "index.docker.io": `moor:${password}` });
    const noteFor = (entry: number, hosts: string) =>
      `Entry ${entry} of \`moor:importCredentials\` is ignored, because no image comes from its host. Hosts of the images: ${hosts}.`;
    const about = (settings: Tree) => check(settings, secret).notes.filter((note) => note.includes(importCredentialsKey));
    expect(about(withImport(value))).toEqual([noteFor(1, "docker.io"), noteFor(3, "docker.io")]);
    expect(JSON.stringify(check(withImport(value), secret))).not.toMatch(/dckr_pat|hub\.docker/);
    const both = { vllm: { import: external }, score: { import: external.replace("docker.io", "ghcr.io") } };
    expect(about({ ...withImport(value), "moor:images": both })).toEqual([
      noteFor(1, "docker.io, ghcr.io"),
      noteFor(3, "docker.io, ghcr.io"),
    ]);
    const other = { ...both, vllm: { import: external.replace("docker.io", "quay.io") } };
    expect(about({ ...withImport(value), "moor:images": other })).toEqual([1, 2, 3].map((entry) => noteFor(entry, "ghcr.io, quay.io")));
  });

  test.each([encrypted, JSON.stringify({ "registry.example.com": "stand-in:x" })])("without known hosts (%s) have no note", (value) => {
    expect(check(withImport(value), secret).notes.filter((note) => note.includes(importCredentialsKey))).toEqual([]);
  });
});

describe("a run that creates only the platform", () => {
  const [platformOnly, ignored, unread] = [
    "The stack has no endpoints. It creates only the platform.",
    "This run creates only the platform. It ignores the endpoints in the stack file (`npm run platform`).",
    "moor.lock.dev.yaml is not read, because this run creates no endpoints.",
  ];
  const locked = () => {
    const { "moor:lock": _, ...settings } = goodSettings();
    return settings;
  };

  test("needs no lock file and no valid endpoints", () => {
    const settings = locked();
    settings["moor:endpoints"].chat.deployments = { main: vllmDeployment({ weight: 12 }) };
    expect(told(check(settings)).map(([code]) => code)).toEqual(["MOOR021", "MOOR050"]);
    const checked = check(settings, { endpointsVariable: "none" });
    expect(told(checked)).toEqual([]);
    expect(checked.spec).toMatchObject({ endpoints: [], images: [], skipped: [] });
    expect(checked.notes).toEqual([ignored]);
  });

  test("ignores an outdated or unreadable lock file, with `moor:endpoints: {}` too", () => {
    const empty = { ...locked(), "moor:endpoints": {} };
    expect(check(empty).notes).toEqual([platformOnly]);
    const checked = check(empty, { lock: "version: 2\n" });
    expect(told(checked)).toEqual([]);
    expect(checked.notes).toEqual([unread, platformOnly]);
  });

  test("still reports the other mistakes, without the missing lock file", () => {
    const settings = { ...locked(), "azure-native:location": "nowhere" };
    expect(told(check(settings, { endpointsVariable: "none" })).map(([code]) => code)).toEqual(["MOOR015"]);
  });

  test("is not chosen by another value of the variable", () => {
    expect(told(check(goodSettings(), { endpointsVariable: "all" }))).toEqual([
      ["MOOR078", "MOOR_ENDPOINTS", 'The environment variable has the value "all".'],
    ]);
    expect(told(check(goodSettings(), { endpointsVariable: "" }))).toEqual([]);
  });
});
