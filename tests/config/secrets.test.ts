// Proves that a secret in a known format is rejected anywhere in a stack file, and that no report repeats it. Doesn't prove that every
// secret is found: passwords, for example, have no recognizable format. The secrets here are not real.
import { checkSettings, checkStack } from "../../config/checkStack";
import { reportErrors, show } from "../../config/errors";
import { goodSettings, rawStack, scoreDeployment, spoilt, type Tree } from "./stacks";

const main = (settings: Tree): Tree => settings["moor:endpoints"].chat.deployments.main;
const at = "moor:endpoints.chat.deployments.main";
const letters = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5";

const secrets: readonly (readonly [kind: string, secret: string])[] = [
  ["Hugging Face token", `hf_${letters.slice(0, 34)}`],
  ["Hugging Face token", `api_org_${letters.slice(0, 34)}`],
  ["GitHub token", `ghp_${letters}`],
  ["GitHub token", `github_pat_11ABCDEFG0_${letters}`],
  ["API key", `sk-${letters}${letters}`],
  ["API key", `sk-proj-${letters}_${letters}`],
  ["AWS access key", "AKIAIOSFODNN7EXAMPLE"],
  ["Azure storage key", `${letters}${letters}${letters.slice(0, 14)}==`],
  ["shared access signature", `https://st.blob.core.windows.net/c?sv=2024-11-04&sp=r&sig=${letters}%3D`],
  ["Entra client secret", `aB~8Q~${letters.slice(0, 34)}`],
  ["JSON web token", `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${letters}`],
  ["private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"],
  ["private key", "-----BEGIN PRIVATE KEY-----"],
  ["password in a URL", "https://alice:correct-horse@registry.example.com"],
];

/** Places that accept text, with the path of the error. */
const places: readonly (readonly [place: string, put: (s: Tree, secret: string) => void, path: string])[] = [
  ["a flag", (s, secret) => (main(s).vllm.flags = { "hf-config-path": secret }), `${at}.vllm.flags.hf-config-path`],
  ["a tag", (s, secret) => (s["moor:platform"].tags = { owner: secret }), "moor:platform.tags.owner"],
  ["the served name", (s, secret) => (main(s).vllm.servedName = secret), `${at}.vllm.servedName`],
  ["the model", (s, secret) => (main(s).vllm.model = secret), `${at}.vllm.model`],
  ["the region", (s, secret) => (s["azure-native:location"] = secret), "azure-native:location"],
  ["an unknown setting", (s, secret) => (s["moor:extra"] = secret), "moor:extra"],
  ["an unknown key", (s, secret) => (main(s).environment = { HF_TOKEN: secret }), `${at}.environment.HF_TOKEN`],
  ["a setting of a provider", (s, secret) => (s["azure-native:note"] = secret), "azure-native:note"],
  [
    "a sample request",
    (s, secret) => (s["moor:endpoints"].chat.deployments.main = scoreDeployment({ check: { request: { rows: [{ text: secret }] } } })),
    `${at}.check.request.rows.0.text`,
  ],
];

const errorsOf = (settings: Tree, changes = {}) => {
  const checked = checkStack(rawStack(settings, changes));
  return "errors" in checked ? checked.errors : [];
};

test.each(places)("each secret in %s is rejected with its kind and never repeated", (_, put, path) => {
  for (const [kind, secret] of secrets) {
    const settings = spoilt((s) => put(s, secret));
    const errors = errorsOf(settings);
    const told = errors.filter(({ code }) => code === "MOOR060").map((error) => [error.path, error.problem]);
    expect(told).toEqual([
      [
        path,
        `The value seems to contain ${/^[AE]/.test(kind) ? "an" : "a"} ${kind}, in plain text, visible to everyone who can read the repository.`,
      ],
    ]);
    const all = [reportErrors("dev", errors), JSON.stringify(errors), JSON.stringify(checkSettings(rawStack(settings)).errors)];
    const part = secret.includes("alice") ? "correct-horse" : secret.slice(-20);
    for (const text of all) expect(text).not.toContain(part);
  }
});

test("a secret in a key is rejected, and the path in the report doesn't repeat it", () => {
  for (const [, secret] of secrets.filter(([, one]) => /^\w+$/.test(one))) {
    const errors = errorsOf(spoilt((s) => (main(s)[secret] = 1)));
    expect(errors.map(({ code, path }) => [code, path])).toEqual(
      expect.arrayContaining([
        ["MOOR001", `${at}.[secret]`],
        ["MOOR060", `${at}.[secret]`],
      ]),
    );
    expect(reportErrors("dev", errors)).not.toContain(secret);
  }
});

test.each(["hf-token", "some-password", "client-secret"])("the flag %s accepts no text", (flag) => {
  const errors = errorsOf(spoilt((s) => (main(s).vllm.flags = { [flag]: "plain words" })));
  expect(errors.filter(({ code }) => code === "MOOR060").map(({ path }) => path)).toEqual([`${at}.vllm.flags.${flag}`]);
  expect(reportErrors("dev", errors)).not.toContain("plain words");
});

test.each(["azure-native:clientSecret", "azure-native:clientCertificatePassword", "azure-native:oidcToken"])(
  "%s in plain text is refused, and encrypted it is not",
  (key) => {
    const settings = { ...goodSettings(), [key]: "plain words" };
    expect(errorsOf(settings).map(({ code, path }) => [code, path])).toEqual([["MOOR060", key]]);
    expect(errorsOf(settings, { secretKeys: [key] })).toEqual([]);
  },
);

test.each([
  "Qwen/Qwen2.5-7B-Instruct",
  "sk-learn-regression-of-churn",
  "hf_transfer",
  "a09a35458c702b33eeacc393d103063234e8bc28",
  `moor/vllm@sha256:${"ab".repeat(32)}`,
  "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub",
  "https://registry.example.com:5000/path",
  "task-oriented, risk-averse",
])("%j is not a secret", (text) => {
  expect(errorsOf(spoilt((s) => (s["moor:platform"].tags = { owner: text })))).toEqual([]);
  expect(show(text)).not.toContain("[secret]");
});

test("long texts that start like secrets are checked within a second", () => {
  const before = process.cpuUsage();
  for (const part of ["eyJ", "hf_", "sk-", "a/+", "://a:b", "&sig=", "-----BEGIN "]) {
    errorsOf(spoilt((s) => (s["moor:platform"].tags = { owner: part.repeat(100_000 / part.length) })));
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(1);
});
