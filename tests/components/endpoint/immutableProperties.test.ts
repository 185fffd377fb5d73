// Proves which changes of an endpoint's identity are rejected. Doesn't prove when the engine calls the hook.
import * as pulumi from "@pulumi/pulumi";
import { rejectNewIdentity } from "../../../components/endpoint/immutableProperties";
import { group } from "../fixtures";
import { record } from "../recorder";

const identityId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id`;
const identity = (...ids: unknown[]) => ({ type: "UserAssigned", userAssignedIdentities: ids });

async function refusal(before: unknown, now: unknown): Promise<string | undefined> {
  const args = {
    name: "chat-endpoint",
    oldInputs: { identity: before },
    newInputs: { identity: now },
  } as unknown as pulumi.ResourceHookArgs;
  const { result } = await record(async () => {
    try {
      await rejectNewIdentity("guard").callback(args);
    } catch (error) {
      return (error as Error).message;
    }
  });
  return result as string | undefined;
}

test("The same identity in another case is accepted.", async () => {
  expect(await refusal(identity(identityId), identity(identityId.toUpperCase()))).toBeUndefined();
});

test("An identity that is unknown in a preview is not rejected.", async () => {
  expect(await refusal(identity(identityId), identity(pulumi.unknown))).toBeUndefined();
  expect(await refusal(identity(identityId), pulumi.unknown)).toBeUndefined();
});

test("Another identity is rejected.", async () => {
  expect(await refusal(identity(identityId), identity(`${identityId}2`))).toMatch(
    /^chat-endpoint: the identity of an endpoint can't be changed/,
  );
});
