import { hubAddress } from "../lock/hub";

/** The Hub that a command reads from. */
export interface OpenHub {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The Hugging Face Hub, or for a stack in the local Azure a Hub on this machine, which has a tiny model for each ID and commit. HF_ENDPOINT
 * overrides both.
 */
export async function openHub(local: boolean): Promise<OpenHub> {
  if (!local || process.env.HF_ENDPOINT?.trim()) return { url: hubAddress(), async close() {} };
  // Loaded on demand, so that the command doesn't load the simulator for a stack on Azure.
  const { startLocalHub } = require("../../azure-local") as typeof import("../../azure-local");
  return startLocalHub({ generate: true });
}
