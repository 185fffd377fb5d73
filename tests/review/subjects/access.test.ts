// Proves what the review says about access, for the changes of the shipped stacks and for role assignments that no shipped stack has. Doesn't prove
// what Azure's roles allow.

import { BUILT_IN_ROLES, type BuiltInRole, SCORE_ACTION } from "../../../facts/roles";
import { changeOf } from "../../../review/change";
import { access } from "../../../review/subjects/access";
import { type Body, UNKNOWN, type Value } from "../../../rules";
import { changeFrom, type MadeStep } from "../made";
import { previewNames, previewOf } from "../previews";

const guid = (number: number) => `7d1e2a55-0c61-4c37-8a53-${String(number).padStart(12, "0")}`;
const group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/moor";
const storage = `${group}/providers/Microsoft.Storage/storageAccounts/st`;
const shown = (change: Parameters<typeof access>[0]) => {
  const { summary, notices } = access(change);
  return { summary, notices: notices.map(({ severity, text }) => `${severity}: ${text}`) };
};

const [old, added] = ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41", "7d1e2a55-0c61-4c37-8a53-91f1a1c0b7aa"];
const gains = `look: Endpoint chat: 1 new caller can send requests: ${added}.`;
const loses = `look: Endpoint chat: 1 caller can no longer send requests and gets 403: ${old}.`;

describe("changes of the shipped stacks", () => {
  const expected: Readonly<Record<string, ReturnType<typeof shown>>> = {
    callerAdded: { summary: `chat: 1 new caller (${added})`, notices: [gains] },
    callerReplaced: { summary: `chat: 1 new caller (${added}); chat: 1 caller removed (${old})`, notices: [gains, loses] },
    operatorAdded: {
      summary: `2 new roles for ${added}`,
      notices: [
        `look: The principal ${added} gets 2 roles: AcrPush on container registry platform-registry and Storage Blob Data Contributor on storage account platform-storage.`,
      ],
    },
    auth: {
      summary: `chat: 1 caller removed (${old}); anyone with a key can call chat`,
      notices: [
        "look: Endpoint chat: anyone who has one of its two keys can send requests.",
        loses,
        "note: The custom role chat-invoker-role is deleted.",
      ],
    },
    privateLogs: {
      summary:
        "platform-app-insights and platform-logs: log queries from public addresses are rejected. People and tools outside the network lose access.",
      notices: [
        "look: platform-app-insights and platform-logs: log queries from public addresses are rejected. People and tools outside the network lose access.",
      ],
    },
    tokenAdded: {
      summary: "1 new role for chat-identity (Key Vault Secrets User)",
      notices: ["look: The identity chat-identity gets 1 role: Key Vault Secrets User on Key Vault platform-vault."],
    },
    endpointAdded: {
      summary: "anyone with a key can call scoring; 2 new roles for scoring-identity",
      notices: [
        "note: 2 roles for the new identity scoring-identity: AcrPull on container registry platform-registry and Storage Blob Data Reader on storage account platform-storage.",
        "look: Endpoint scoring: anyone who has one of its two keys can send requests.",
      ],
    },
    endpointRemovedAccepted: {
      summary: "2 roles removed from fraud-identity",
      notices: ["note: 2 roles of 1 deleted identity are removed."],
    },
    destroy: { summary: "11 roles removed from 2 identities", notices: ["note: 11 roles of 2 deleted identities are removed."] },
    firstUp: {
      summary: `chat: 1 new caller (${old}); anyone with a key can call fraud; 13 new roles for 3 identities`,
      notices: [
        `look: Endpoint chat: 1 new caller can send requests: ${old}.`,
        "note: 2 roles for the new identity chat-identity: which ones is known only during the update.",
        "note: 2 roles for the new identity fraud-identity: which ones is known only during the update.",
        "note: 9 roles for the new identity platform-identity: which ones is known only during the update.",
        "look: Endpoint fraud: anyone who has one of its two keys can send requests.",
        "note: The custom role chat-invoker-role is created. It only allows calls to an endpoint.",
      ],
    },
  };
  test.each(previewNames)("%s", (name) => {
    expect(shown(changeOf(previewOf(name)))).toEqual(expected[name] ?? { summary: "", notices: [] });
  });
});

/** A role assignment of a stack that may be anyone's. */
function assignment(
  role: BuiltInRole | string,
  principalId: Value,
  scope = storage,
  name = "one",
): Required<Pick<MadeStep, "token" | "name" | "after">> & { readonly id: string } {
  const roleId = role in BUILT_IN_ROLES ? BUILT_IN_ROLES[role as BuiltInRole] : role;
  const after: Body = {
    principalId,
    roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
    roleAssignmentName: name,
    scope,
  };
  return {
    token: "azure-native:authorization:RoleAssignment",
    name,
    after,
    id: `${scope === "/" ? "" : scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
  };
}

test.each([
  ["Owner", storage, "on storage account st, so it can grant itself any other role there."],
  ["User Access Administrator", group, "on resource group moor, so it can grant itself any other role there."],
  [
    "Reader",
    "/subscriptions/00000000-0000-4000-8000-000000000001",
    "on the whole subscription, which reaches beyond the resource group of the stack.",
  ],
  [
    "Reader",
    "/providers/Microsoft.Management/managementGroups/corp",
    "on the management group corp, which reaches beyond the resource group of the stack.",
  ],
  ["Reader", "/", "on the whole tenant, which reaches beyond the resource group of the stack."],
] as const)("the role %s on %s is a danger", (role, scope, end) => {
  expect(shown(changeFrom([assignment(role, guid(1), scope)])).notices).toEqual([
    `danger: The principal ${guid(1)} gets the role ${role} ${end}`,
  ]);
});

test("a role for everyone is a danger", () => {
  const everyone = "00000000-0000-0000-0000-000000000000";
  expect(shown(changeFrom([assignment("Storage Blob Data Reader", everyone)])).notices).toEqual([
    `danger: The principal ${everyone} gets the role Storage Blob Data Reader on storage account st, so every identity of the tenant has it.`,
  ]);
});

test("at most 5 principals are named, and texts and the summary stay short", () => {
  const steps = Array.from({ length: 9 }, (_, index) => assignment("Reader", guid(index), storage, `reader-${index}`));
  const { summary, notices } = shown(changeFrom(steps));
  expect(summary).toBe("9 new roles for 9 principals");
  expect(notices).toHaveLength(1);
  expect(notices[0]).toContain(`look: 9 principals (${[0, 1, 2, 3, 4].map(guid).join(", ")} and 4 others) get 1 role: Reader`);
  expect(notices[0]!.length).toBeLessThanOrEqual(306);
});

test("a role assignment with another name or case that grants the same is no change", () => {
  const { after: before, ...was } = assignment("Reader", guid(1), storage, "old");
  const is = assignment("Reader", guid(1).toUpperCase(), storage, "new");
  expect(access(changeFrom([{ ...was, before }, is]))).toEqual({ summary: "", notices: [] });
});

test("a replaced role assignment shows the role that is lost and the one that is gained", () => {
  const { after: before } = assignment("Storage Blob Data Reader", guid(1));
  const is = assignment("Storage Blob Data Contributor", guid(1));
  expect(shown(changeFrom([{ ...is, before, operation: "replace" }])).notices).toEqual([
    `look: The principal ${guid(1)} gets 1 role: Storage Blob Data Contributor on storage account st.`,
    `look: The principal ${guid(1)} loses 1 role: Storage Blob Data Reader on storage account st.`,
  ]);
});

test("a principal that isn't known, and that no new identity explains, needs a look", () => {
  expect(shown(changeFrom([assignment("Reader", UNKNOWN)])).notices).toEqual([
    "look: A principal that is known only during the update gets 1 role: Reader on storage account st.",
  ]);
});

describe("a custom role", () => {
  const role = (actions: readonly string[], notActions: readonly string[] = []) => ({
    roleName: "mine",
    permissions: [{ actions, notActions }],
  });
  const step = (before: Body | undefined, after: Body | undefined): MadeStep => ({
    token: "azure-native:authorization:RoleDefinition",
    name: "mine",
    ...(before && { before }),
    ...(after && { after }),
  });
  const read = "Microsoft.Storage/storageAccounts/read";
  test.each([
    ["only for calls", undefined, role([SCORE_ACTION]), ["note: The custom role mine is created. It only allows calls to an endpoint."]],
    ["that is created", undefined, role([read]), [`look: The custom role mine allows ${read}.`]],
    ["that allows more", role([SCORE_ACTION]), role([SCORE_ACTION, read]), [`look: The custom role mine allows more: ${read}.`]],
    ["that allows less", role([SCORE_ACTION, read]), role([SCORE_ACTION]), [`look: The custom role mine no longer allows ${read}.`]],
    [
      "that excludes less",
      role(["Microsoft.Storage/*"], [read]),
      role(["Microsoft.Storage/*"]),
      [`look: The custom role mine allows more: ${read}.`],
    ],
    [
      "that allows everything",
      role([read]),
      role(["*"]),
      [`danger: The custom role mine allows to grant roles, and no longer allows ${read}.`],
    ],
    ["in another order", role([read, SCORE_ACTION]), role([SCORE_ACTION, read]), []],
    [
      "with text in place of an action",
      role([]),
      role(["[x](http://y)"]),
      ["look: The custom role mine allows more: an action that can't be shown."],
    ],
    ["that is deleted", role([read]), undefined, ["note: The custom role mine is deleted."]],
  ] as const)("%s", (_, before, after, expected) => {
    expect(shown(changeFrom([step(before, after)])).notices).toEqual(expected);
  });
});
