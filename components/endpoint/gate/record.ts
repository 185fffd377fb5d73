/**
 * The record of the gate in Azure: how each deployment of an endpoint passed. It is an ARM template deployment without resources, whose
 * output contains the results. It costs nothing. Azure deletes it with the resource group, and a stack in the resource group of an adopted
 * workspace leaves it behind: it is an entry in the group's deployment history, which Azure removes when the history is full.
 * Source: Azure docs, azure-resource-manager/templates/deployment-history-deletions.
 */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../../azure/arm";
import { armId, groupOf } from "../../../azure/armId";
import { armTypeOf } from "../../../azure/resourceTypes";
import { gateRecordName } from "../../../planner/names";
import { armTemplate } from "../../base/armTemplate";
import { armIdOf } from "../../base/azure";
import { listDeployments } from "../../live";

/** What a deployment passed: test requests, or a check of its state in Azure Resource Manager. */
export const gateResults = ["requests", "state"] as const;

export type GateResult = (typeof gateResults)[number];

/** Results by deployment name. */
export type GateResults = Readonly<Record<string, GateResult>>;

/** Timeout of the write, in seconds. */
const writeSeconds = 120;

interface GateRecord {
  readonly properties: { readonly outputs?: { readonly passed?: { readonly value?: Readonly<Record<string, string>> } } };
}

/** Returns the ARM ID of the record. */
export function gateRecordId(endpointId: string): string {
  return armId(groupOf(endpointId), armTypeOf("resources:Deployment"), gateRecordName(armIdOf(endpointId).name));
}

/**
 * Returns the recorded results. Empty without a record.
 * @throws ArmError if the record can't be read
 */
export async function readGateRecord(azure: ArmClient, endpointId: string): Promise<GateResults> {
  const record = await azure.find<GateRecord>(gateRecordId(endpointId));
  const passed = record?.properties.outputs?.passed?.value ?? {};
  return Object.fromEntries(
    Object.entries(passed).flatMap(([name, result]) => {
      const known = gateResults.find((one) => one === result);
      return known === undefined ? [] : [[name, known]];
    }),
  );
}

/** Adds results to the record, and removes those of deleted deployments. If it can't be written, the run continues with a warning. */
export async function writeGateRecord(azure: ArmClient, endpointId: string, passed: GateResults): Promise<void> {
  try {
    const [before, deployments] = await Promise.all([readGateRecord(azure, endpointId), listDeployments(azure, endpointId)]);
    const names = new Set(deployments.map(({ name }) => name));
    const results = Object.entries({ ...before, ...passed }).filter(([name]) => names.has(name));
    const value = Object.fromEntries(results.sort(([a], [b]) => (a < b ? -1 : 1)));
    const template = { ...armTemplate([]), outputs: { passed: { type: "object", value } } };
    await azure.put(gateRecordId(endpointId), { properties: { mode: "Incremental", template } }, writeSeconds);
  } catch (error) {
    await pulumi.log.warn(
      `${armIdOf(endpointId).name}: can't record how ${Object.keys(passed).join(", ")} passed the gate (${(error as Error).message}). ` +
        "The outputs of the stack don't contain it. Traffic is not affected.",
    );
  }
}
