/** A LoRA adapter on the Hugging Face Hub at one commit. */
import { adapterFiles } from "../../planner/weights";
import { HubModel } from "./model";
import type { HubTransport } from "./transport";

/** The parts of an adapter's repository that decide whether vLLM can serve it. */
export interface HubAdapter {
  /** Commit, 40 hexadecimal digits. */
  readonly commit: string;
  /** Text of adapter_config.json. Undefined if the commit has none. */
  readonly config: string | undefined;
  /** Whether the commit has adapter_model.safetensors. */
  readonly hasWeights: boolean;
}

/**
 * Reads an adapter.
 * @param revision Commit. @default - the newest commit of `main`
 * @throws HubError
 */
export async function readHubAdapter(transport: HubTransport, id: string, revision: string | undefined): Promise<HubAdapter> {
  const { commit } = await new HubModel(transport, id, revision ?? "main").info();
  const model = new HubModel(transport, id, commit);
  const files = await model.files();
  const config = files.find(({ path }) => path === adapterFiles.config);
  return {
    commit,
    config: config && (await model.content(config)).toString(),
    hasWeights: files.some(({ path }) => path === adapterFiles.weights),
  };
}
