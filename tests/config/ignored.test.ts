// Proves that a setting without an effect is rejected with a fix, and that a valid variant is accepted. Doesn't prove the effect of the
// other settings.
import { checkStack } from "../../config/checkStack";
import { type GateMode, gateModes } from "../../planner/rollout/gateMode";
import { rawStack, scoreDeployment, spoilt, type Tree, vllmDeployment } from "./stacks";

const main = (settings: Tree): Tree => settings["moor:endpoints"].chat.deployments.main;
const only = (settings: Tree, deployment: Tree): void => {
  settings["moor:endpoints"].chat.deployments = { main: deployment };
};
const at = "moor:endpoints.chat.deployments.main";
const group = "3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41";

const errors = (spoil: (settings: Tree) => void) => {
  const checked = checkStack(rawStack(spoilt(spoil)));
  return "errors" in checked ? checked.errors : [];
};

/** A change, the path and problem of the resulting error, and a valid variant of the change. */
type Row = readonly [title: string, spoil: (s: Tree) => void, path: string, problem: string, twin: (s: Tree) => void];

const rows: readonly Row[] = [
  [
    "invokers with auth: key",
    (s) => (s["moor:endpoints"].chat.invokers = [group]),
    "moor:endpoints.chat.invokers",
    "`invokers` has no effect with `auth: key`: every client with a key can send requests.",
    (s) => Object.assign(s["moor:endpoints"].chat, { auth: "entra", invokers: [group] }),
  ],
  [
    "a sample request of a vLLM deployment",
    (s) => (main(s).check = { request: { prompt: "Hello" } }),
    `${at}.check.request`,
    "`check.request` has no effect with `vllm`: the gate sends built-in requests.",
    (s) => (main(s).check = { latency: 30 }),
  ],
  [
    "a sample answer of a vLLM deployment",
    (s) => (main(s).check = { answer: { text: "" } }),
    `${at}.check.answer`,
    "`check.answer` has no effect with `vllm`: the gate checks the answers to its built-in requests.",
    (s) => (main(s).check = { latency: 30 }),
  ],
  [
    "a sample answer without a request",
    (s) => only(s, scoreDeployment({ check: { answer: [0.5] } })),
    `${at}.check.answer`,
    "`check.answer` has no effect without `check.request`: the gate then sends no request to score.py.",
    (s) => only(s, scoreDeployment({ check: { request: [1], answer: [0.5] } })),
  ],
  [
    "a latency without a request to a score.py",
    (s) => only(s, scoreDeployment({ check: { latency: 2 } })),
    `${at}.check.latency`,
    "`check.latency` has no effect without `check.request`: the gate then sends no request to score.py.",
    (s) => only(s, scoreDeployment({ check: { request: [1], latency: 2 } })),
  ],
  [
    "a check without a value",
    (s) => (main(s).check = {}),
    `${at}.check`,
    "`check` has no effect without a value.",
    (s) => (main(s).check = { latency: 30 }),
  ],
  [
    "a revision of a registered model",
    (s) => Object.assign(main(s).vllm, { source: "workspace", registeredModel: "tuned:3" }),
    `${at}.vllm.revision`,
    "`revision` has no effect with `source: workspace`: the version of the registered model identifies the weights.",
    (s) => Object.assign(main(s).vllm, { source: "workspace", registeredModel: "tuned:3", revision: undefined }),
  ],
  [
    "remoteCode: omit for weights that aren't staged",
    (s) => (main(s).vllm.remoteCode = "omit"),
    `${at}.vllm.remoteCode`,
    "`remoteCode: omit` has no effect with `source: hub`: `npm run mirror` doesn't stage these weights.",
    (s) => (main(s).vllm.remoteCode = "refuse"),
  ],
  [
    "a mirror where no deployment serves",
    (s) => Object.assign(main(s), { weight: 0, mirror: 10 }),
    `${at}.mirror`,
    "`mirror` has no effect while all weights of the endpoint are 0: there is no traffic to mirror.",
    (s) => {
      const shadow = vllmDeployment({ weight: 0, mirror: 10 });
      s["moor:endpoints"].chat.deployments = { main: vllmDeployment(), shadow };
    },
  ],
  [
    "keepPrevious without a lock",
    (s) => (main(s).keepPrevious = true),
    `${at}.keepPrevious`,
    "`keepPrevious` has no effect with `moor:lock: none`: the previous decision is recorded only in a lock file.",
    (s) => (main(s).keepPrevious = false),
  ],
  [
    "keepPrevious with an update in place",
    (s) => Object.assign(main(s), { keepPrevious: true, update: "inPlace" }),
    `${at}.keepPrevious`,
    "`keepPrevious` has no effect with `update: inPlace`: the update changes the previous deployment itself.",
    (s) => (main(s).update = "inPlace"),
  ],
];

test.each(rows)("%s is rejected, and not ignored", (_, spoil, path, problem) => {
  const found = errors(spoil);
  expect(found.filter((error) => error.path === path).map(({ code, problem: told }) => ({ code, problem: told }))).toContainEqual({
    code: "MOOR065",
    problem,
  });
  expect(found.every(({ code, fix, allowed }) => code === "MOOR065" && /[.]$/.test(fix) && allowed !== "")).toBe(true);
});

test.each(rows)("the valid variant of %s is accepted", (_, __, ___, ____, twin) => {
  expect(errors(twin)).toEqual([]);
});

const notes = (spoil: (settings: Tree) => void, changes = {}) => {
  const checked = checkStack(rawStack(spoilt(spoil), changes));
  return "spec" in checked ? checked.spec.notes : [];
};

test("an unused token and an unused lock file are notes, because both can be intended for later", () => {
  const token = "`moor:huggingFaceToken` is ignored, because no deployment has `source: hub`.";
  const secret = { secretKeys: ["moor:huggingFaceToken"] };
  const score = (s: Tree) => Object.assign(only(s, scoreDeployment()) ?? s, { "moor:huggingFaceToken": "[secret]" });
  expect(notes(score, secret)).toContain(token);
  expect(notes((s) => (s["moor:huggingFaceToken"] = "[secret]"), secret)).not.toContain(token);
  const lock = "moor.lock.dev.yaml is ignored (moor:lock: none).";
  expect(notes(() => {}, { lock: "version: 1" })).toContain(lock);
  expect(notes(() => {})).not.toContain(lock);
});

const sent: Readonly<Record<GateMode, boolean>> = { auto: true, runner: true, controlPlane: false, off: false };

test.each([undefined, ...gateModes])("a check that the gate %s ignores is a note", (gate) => {
  const check = (s: Tree) => Object.assign(main(s), { check: { latency: 30 } });
  const chosen = (s: Tree) => Object.assign(s["moor:endpoints"].chat, gate && { gate }) && check(s);
  const note = `\`check\` of chat/main is ignored, because \`gate: ${gate}\` sends no requests.`;
  expect(notes(chosen).filter((one) => one.includes("`check`"))).toEqual(sent[gate ?? "auto"] ? [] : [note]);
});
