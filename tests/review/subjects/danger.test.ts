/** Tests the dangers of the saved previews and of edited ones. Doesn't prove the rules behind findings: tests/rules does. */
import type { Preview } from "../../../review";
import { changeOf } from "../../../review/change";
import type { Step } from "../../../review/preview";
import type { Section } from "../../../review/section";
import { danger } from "../../../review/subjects/danger";
import { type Body, SECRET } from "../../../rules";
import { previewNames, previewOf } from "../previews";
import { deletion, type Settings, shippedEntries, sweden, today, withInputs, withSettings, withSteps } from "./edited";

const shipped: Settings = { residency: sweden, gates: { chat: "auto", fraud: "auto" } };

function reviewOf(preview: Preview, before: Settings | undefined = shipped, after: Settings = before): Section {
  return danger(changeOf(withSettings(preview, before, after)), { today });
}

const worst = ({ notices }: Section) => notices[0]?.severity;
const texts = ({ notices }: Section) => notices.map(({ severity, text }) => `${severity}: ${text}`);

test.each([
  ["addressSpace", "danger"],
  ["alerts", undefined],
  ["auth", "danger"],
  ["autoscale", undefined],
  ["callerAdded", undefined],
  ["callerReplaced", undefined],
  ["destroy", "danger"],
  ["endpointAdded", undefined],
  ["endpointRemovedAccepted", "danger"],
  ["firstUp", "note"],
  ["image", "note"],
  ["model", "note"],
  ["networkMode", "danger"],
  ["noChange", undefined],
  ["oneWayDoorAccepted", "danger"],
  ["operatorAdded", undefined],
  ["privateLogs", undefined],
  ["promotion", undefined],
  ["promptLogging", "danger"],
  ["residencyWidened", undefined],
  ["rollback", undefined],
  ["shareAboveCapacity", undefined],
  ["shareWithinCapacity", undefined],
  ["size", undefined],
  ["tag", undefined],
  ["tokenAdded", "look"],
  ["tokenRotated", "note"],
])("the worst danger of %s is %s", (name, expected) => {
  expect(worst(reviewOf(previewOf(name)))).toBe(expected);
});

test("a removed endpoint with traffic names its share, its callers and the entry that accepts it", () => {
  const after = { ...shipped, residency: { ...sweden, accepted: [{ code: "MOOR526", resource: "*", until: "2029-12-31" }] } };
  const { summary, notices } = reviewOf(previewOf("endpointRemovedAccepted"), shipped, after);
  expect(summary).toBe("endpoint fraud is deleted while it serves requests");
  expect(notices[0]).toEqual({
    severity: "danger",
    text: "Endpoint fraud is deleted although it serves requests (main 100%). All callers with its key receive errors, and its keys are lost. The stack file accepts MOOR526 until 2029-12-31.",
    rollback: "This can't be undone: an endpoint that is created again has other keys, and its callers must change.",
    code: "MOOR526",
  });
});

test("another authentication mode names the callers that Azure rejects", () => {
  expect(texts(reviewOf(previewOf("auth")))).toEqual([
    "danger: Endpoint chat: after the update, Azure accepts only the endpoint's key and rejects Microsoft Entra tokens. Its callers (1 user, group or application with a role) receive errors until they change.",
  ]);
});

test("deleted private endpoints and DNS zones are one danger", () => {
  expect(texts(reviewOf(previewOf("networkMode")))).toEqual([
    "danger: 5 private endpoints and 6 private DNS zones are deleted, but the Key Vault, Machine Learning workspace, container registry and storage account stay: the virtual network can't reach them until other private endpoints exist. The stack file expects them from a policy of the landing zone.",
  ]);
});

test("deleted DNS zones are a danger if the private endpoints stay", () => {
  const zones = ["network-privatelink.blob.core.windows.net", "network-privatelink.blob.core.windows.net-link"];
  expect(texts(reviewOf(withSteps(previewOf("noChange"), zones, deletion)))).toEqual([
    "danger: 1 private DNS zone and 1 link of a private DNS zone: deleted, but private endpoints stay. Names of their services resolve to public addresses, which are blocked, until other DNS records exist.",
  ]);
});

test("another address space names both", () => {
  expect(texts(reviewOf(previewOf("addressSpace")))).toEqual([
    "danger: Subnet network-private-endpoints, virtual network network-vnet: addresses change from 10.40.0.0/22 to 10.44.0.0/22. Azure can't change the addresses of a subnet that private endpoints use, so the update fails, or the private endpoints are unreachable.",
  ]);
});

test("an additional range of addresses is no danger", () => {
  const wider = (inputs: Body) => ({ ...inputs, addressSpace: { addressPrefixes: ["10.40.0.0/22", "10.44.0.0/22"] } });
  expect(reviewOf(withInputs(previewOf("noChange"), "network-vnet", wider)).notices).toEqual([]);
});

test("an accepted one-way door stays a danger", () => {
  const accepted = [...shippedEntries, ...["MOOR475", "MOOR510"].map((code) => ({ code, resource: "*", until: "2029-12-31" }))];
  const review = reviewOf(previewOf("oneWayDoorAccepted"), shipped, { ...shipped, residency: { ...sweden, accepted } });
  expect(texts(review)).toEqual([
    "danger: Machine Learning workspace platform-workspace: `hbiWorkspace` changes from true to false. Azure applies the setting only at the creation of the workspace, so the change has no effect on the diagnostic data that Microsoft collects. The stack file accepts MOOR510 until 2029-12-31.",
    "danger: Machine Learning workspace platform-workspace: More diagnostic data collected by Microsoft. The stack file accepts MOOR475 until 2029-12-31.",
  ]);
});

test("a deployment that starts to log prompts is a danger, and one that did is a note", () => {
  const preview = previewOf("promptLogging");
  const [added] = reviewOf(preview).notices;
  expect(added).toEqual({
    severity: "danger",
    text: "Endpoint chat: deployment candidate will log requests: the parameters of each request (stop texts, JSON schemas), and the prompt at log level DEBUG, written to Log Analytics (--enable-log-requests).",
    rollback:
      "Remove --enable-log-requests and apply it again. What is logged in the meantime stays in the logs until their retention ends.",
  });
  const steps = preview.steps.map(({ before: _, ...step }) => (step.after === undefined ? step : { ...step, before: step.after }));
  expect(texts(reviewOf({ ...preview, steps }))).toEqual([
    "note: Endpoint chat: deployment candidate already logs requests: the parameters of each request (stop texts, JSON schemas), and the prompt at log level DEBUG, written to Log Analytics (--enable-log-requests).",
  ]);
});

test("data collection of a deployment is a danger", () => {
  const fraud = previewOf("noChange").steps.find(({ name }) => /^fraud-main-[0-9a-f]{8}-deployment$/.test(name))!.name;
  const collecting = (inputs: Body) => {
    const collections = { model_inputs: { dataCollectionMode: "Enabled" } };
    return { ...inputs, properties: { ...(inputs.properties as Body), dataCollector: { collections } } };
  };
  expect(texts(reviewOf(withInputs(previewOf("noChange"), fraud, collecting)))).toEqual([
    "danger: Deployment main of endpoint fraud: Prompts or answers recorded. No entry of moor:accept accepts MOOR476.",
    "look: Endpoint fraud: deployment main restarts its instances in groups of 20% for a change of dataCollector, while it receives 100% of the requests.",
  ]);
});

describe("the gate", () => {
  const gates = (chat: string) => ({ ...shipped, gates: { chat, fraud: "auto" } });

  test.each([
    [
      "auto",
      "off",
      "gateOff",
      "danger: Endpoint chat: the gate changes from auto to off. New deployments receive requests without a check.",
    ],
    [
      "runner",
      "controlPlane",
      "noChange",
      "look: Endpoint chat: the gate changes from runner to controlPlane. It no longer sends test requests, and checks only the state in Azure.",
    ],
    ["off", "off", "promotion", "note: Endpoint chat: the gate is off, as before. New deployments receive requests without a check."],
  ])("%s to %s in %s", (before, after, name, expected) => {
    expect(texts(reviewOf(previewOf(name), gates(before), gates(after)))).toEqual([expected]);
  });

  test.each([
    ["off", "auto"],
    ["off", "off"],
    ["auto", "runner"],
  ])("%s to %s without other changes is no danger", (before, after) => {
    expect(reviewOf(previewOf("noChange"), gates(before), gates(after)).notices).toEqual([]);
  });

  test("a mode that an earlier version of Moor didn't record can be a change", () => {
    expect(texts(reviewOf(previewOf("gateOff"), {}, gates("off")))).toEqual([
      "look: Endpoint chat: the gate is off. New deployments receive requests without a check.",
    ]);
  });
});

describe("deleted and replaced resources", () => {
  test.each([
    ["platform-vault", "Key Vault platform-vault: deleted. Contents: the keys of the endpoints and other secrets."],
    ["platform-storage", "Storage account platform-storage: deleted. Contents: model weights, code and collected requests."],
    ["platform-registry", "Container registry platform-registry: deleted. Contents: the images of the deployments."],
  ])("%s is deleted", (name, expected) => {
    const { notices } = reviewOf(withSteps(previewOf("noChange"), [name], deletion));
    expect(notices[0]).toMatchObject({ severity: "danger", text: expect.stringContaining(expected), code: "MOOR525" });
  });

  test("a replaced Key Vault names the property that causes it", () => {
    const replaced = withSteps(previewOf("noChange"), ["platform-vault"], (step) => ({
      ...step,
      operation: "replace",
      replacedBy: ["location"],
    }));
    expect(texts(reviewOf(replaced))).toEqual([
      "danger: Key Vault platform-vault: deleted and created again because `location` changes. The data is lost. Contents: the keys of the endpoints and other secrets.",
    ]);
  });

  test("equal replacements are one danger", () => {
    const names = ["blob", "file", "registry", "vault", "workspace"].map((service) => `platform-${service}-endpoint`);
    const replaced = withSteps(previewOf("noChange"), names, (step) => ({ ...step, operation: "replace", replacedBy: ["subnet"] }));
    expect(texts(reviewOf(replaced))).toEqual([
      "danger: Private endpoints platform-blob-endpoint, platform-file-endpoint, platform-registry-endpoint and 2 more: deleted and created again because `subnet` changes. The service can't be reached from the network until the connection is approved again.",
    ]);
  });

  test("a shorter retention of logs is a danger, and a longer one isn't", () => {
    const retention = (days: number) => (inputs: Body) => ({ ...inputs, retentionInDays: days });
    const inputs = previewOf("noChange").steps.find(({ name }) => name === "platform-logs")!.after!.inputs;
    const days = inputs.retentionInDays as number;
    expect(texts(reviewOf(withInputs(previewOf("noChange"), "platform-logs", retention(30))))).toEqual([
      `danger: Log Analytics workspace platform-logs: \`retentionInDays\` changes from ${days} to 30. Azure deletes the older logs permanently, 30 days after the change or immediately.`,
    ]);
    expect(reviewOf(withInputs(previewOf("noChange"), "platform-logs", retention(days + 90))).notices).toEqual([]);
  });

  test("a deployment that is replaced with the same name interrupts its requests", () => {
    const fraud = previewOf("noChange").steps.find(({ name }) => /^fraud-main-[0-9a-f]{8}-deployment$/.test(name))!.name;
    expect(texts(reviewOf(withSteps(previewOf("noChange"), [fraud], (step) => ({ ...step, operation: "replace" }))))).toEqual([
      "danger: Endpoint fraud: deployment main is deleted and then created again with the same name. Its 100% of the requests fail until the new instances have started.",
    ]);
    expect(texts(reviewOf(withSteps(previewOf("noChange"), [fraud], deletion)))).toEqual([
      "danger: Endpoint fraud: deployment main, which receives 100% of the requests, is deleted. It still has a traffic weight, so its requests fail.",
    ]);
  });

  test("an identity or a network that other resources use is a danger", () => {
    expect(texts(reviewOf(withSteps(previewOf("noChange"), ["chat-identity", "network-private-endpoints"], deletion)))).toEqual([
      "danger: Identity chat-identity: deleted, although other resources use it. They lose its roles and can't pull images or read weights.",
      "danger: Subnet network-private-endpoints: deleted, although other resources use it. Azure rejects the deletion, or they can't be reached.",
    ]);
  });

  test("a template that is deleted or replaced keeps its resources", () => {
    const replace = (step: Step): Step => ({ ...step, operation: "replace" });
    expect(reviewOf(withSteps(previewOf("noChange"), ["chat-identity-isolation"], deletion)).notices).toEqual([]);
    expect(reviewOf(withSteps(previewOf("noChange"), ["chat-identity-isolation"], replace)).notices).toEqual([]);
  });

  test("an unprotected resource is named", () => {
    const unprotected = withSteps(previewOf("noChange"), ["platform-vault", "platform-storage"], (step) => ({
      ...step,
      after: { ...step.after!, protect: false },
    }));
    expect(texts(reviewOf(unprotected))).toEqual([
      "look: Key Vault platform-vault, storage account platform-storage: no longer protected from deletion by a later change of the stack file.",
    ]);
  });
});

test.each([
  ["public network access", "platform-storage", { publicNetworkAccess: "Enabled" }, "Public network access", "MOOR440"],
  ["keys", "platform-storage", { allowSharedKeyAccess: true }, "Access by key", "MOOR460"],
])("%s of an existing store is a danger", (_, name, change, title, code) => {
  const preview = withInputs(previewOf("noChange"), name, (inputs) => ({ ...inputs, ...change }));
  expect(texts(reviewOf(preview))).toEqual([`danger: Storage account ${name}: ${title}. No entry of moor:accept accepts ${code}.`]);
  const accepted = [...shippedEntries, { code, resource: name, until: "2027-01-31" }];
  expect(texts(reviewOf(preview, shipped, { ...shipped, residency: { ...sweden, accepted } }))).toEqual([
    `danger: Storage account ${name}: ${title}. The stack file accepts ${code} until 2027-01-31.`,
  ]);
});

test("destroying a stack is one danger", () => {
  expect(reviewOf(previewOf("destroy"), undefined)).toEqual({
    summary: "the stack is destroyed: 62 resources, 1 endpoint with requests",
    notices: [
      {
        severity: "danger",
        text: "Stack dev is destroyed: 62 resources are deleted. Endpoint chat stops answering. The data of the storage account, Key Vault, container registry, Log Analytics workspace and Machine Learning workspace is deleted.",
        rollback:
          "Most of it can't be undone. Azure keeps deleted Key Vaults and workspaces for a time, and their names stay reserved until then.",
      },
    ],
  });
});

test("a secret setting of another resource is a note", () => {
  const webhook = (inputs: Body): Body => ({ ...inputs, webhookReceivers: [{ name: "webhook", serviceUri: SECRET }] });
  const changed = { changed: ["webhookReceivers[0].serviceUri"] };
  expect(texts(reviewOf(withInputs(previewOf("noChange"), "chat-monitoring-emails", webhook, changed)))).toEqual([
    "note: Action group chat-monitoring-emails: a secret setting changes.",
  ]);
});

test.each(previewNames)("texts of %s have bounds", (name) => {
  const { summary, notices } = reviewOf(previewOf(name));
  expect(summary.length).toBeLessThanOrEqual(160);
  for (const { text, rollback = "" } of notices) {
    expect(text.length).toBeLessThanOrEqual(300);
    expect(text).toMatch(/[.)]$/);
    expect(rollback).toMatch(/^$|\.$/);
  }
});

test("a secret is a note without its value, and so is the restart that reads it", () => {
  expect(texts(reviewOf(previewOf("tokenRotated")))).toEqual([
    "note: Endpoint chat: deployment main restarts its instances in groups of 20% for another version of a secret, while it receives 100% of the requests.",
    "note: Key Vault secret hub-token: its value changes. Running instances keep the previous value until they restart.",
  ]);
});
