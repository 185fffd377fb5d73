/** A LoRA adapter on the Hugging Face Hub at one commit. */
import { adapterFiles } from "../../planner/weights";
import { HubModel } from "./model";
import type { HubTransport } from "./transport";

/** The files of an adapter's commit that decide whether vLLM can serve it. */
export interface HubAdapter {
  /** Text of adapter_config.json. Undefined if the commit has none. */
  readonly config: string | undefined;
  /** Whether the commit has adapter_model.safetensors. */
  readonly hasWeights: boolean;
}

/**
 * Reads an adapter.
 * @throws HubError
 */
export async function readHubAdapter(transport: HubTransport, id: string, revision: string): Promise<HubAdapter> {
  const model = new HubModel(transport, id, revision);
  const files = await model.files();
  const config = files.find(({ path }) => path === adapterFiles.config);
  return {
    config: config && (await model.content(config)).toString(),
    hasWeights: files.some(({ path }) => path === adapterFiles.weights),
  };
}
