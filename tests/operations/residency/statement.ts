/** A statement of the platform in the local Azure, without an engine. */
import { ArmClient } from "../../../azure/arm";
import { clouds } from "../../../azure/clouds";
import { observe } from "../../../components/live";
import { contentOf, type StatementInput } from "../../../operations/residency/content";
import type { Content } from "../../../operations/residency/document";
import type { Acceptance, Contract } from "../../../rules";
import type { Caller } from "../../azure-local/arm/client";
import { paths } from "../../azure-local/arm/platform";

export const contract: Contract = {
  home: "swedencentral",
  regions: ["swedencentral", "swedensouth"],
  declared: { geography: "Sweden" },
  principals: [],
  tenantId: "00000000-0000-4000-8000-0000000000aa",
};

const until = "2029-12-31";
/** The test platform is not a stack of Moor: its findings outside of the planted ones are accepted. */
export const globalServices: Acceptance = { code: "MOOR430", resource: "*", reason: "Global services hold names and settings.", until };

function armClientOf(caller: Caller): ArmClient {
  return new ArmClient({ credential: async () => "t", cloud: clouds.AzureCloud, endpoint: caller.arm.url, pollSeconds: 0.01 });
}

export function inputOf(resources: StatementInput["resources"], changes: Partial<StatementInput> = {}): StatementInput {
  return {
    evidence: "live",
    stack: "dev",
    subscription: "00000000-0000-4000-8000-000000000001",
    contract,
    acceptances: [globalServices],
    today: "2026-11-30",
    resources,
    unread: [],
    state: { backend: "files", secretsProvider: "a passphrase", outcome: "proved", note: "" },
    method: [],
    ...changes,
  };
}

/** The content of the statement of the resource group `rg`, with the names of the resources as their last part. */
export async function liveContent(caller: Caller, changes: Partial<StatementInput> = {}): Promise<Content> {
  const { resources, unread } = await observe(armClientOf(caller), [caller.id(paths.group)]);
  return contentOf(inputOf(resources, { unread, ...changes }));
}
