/** Reads models from the Hugging Face Hub and the cache, for `npm run fit` and `npm run lock`. */
import {
  findRecord,
  type HubAdapter,
  type HubCaller,
  type HubRecord,
  HubTransport,
  type LookupOptions,
  quantizedCheckpoints,
  RecordCache,
  readHubAdapter,
} from "../operations/hub";
import { hubAddress } from "./lock/hub";

/** Seconds without a byte after which a connection counts as broken. */
const patience = 15;

/** Attempts of one request. */
const attempts = 4;

/** Longest wait after 429, in seconds. */
const longestWait = 30;

export interface HubModelsOptions {
  readonly caller: HubCaller;
  /** URL of the Hub. @default - the value of HF_ENDPOINT, or https://huggingface.co */
  readonly hub?: string;
}

/**
 * Finds the record of a model. Notes and slow steps are printed to stderr, so that stdout has only the result.
 * @throws HubError, or Error if HF_ENDPOINT or HF_TOKEN is not valid
 */
export function findModel(id: string, revision: string | undefined, options: HubModelsOptions): Promise<HubRecord> {
  return findRecord(id, revision, lookup(options));
}

/** The records of quantized checkpoints of a model. Empty if the Hub lists none or doesn't answer. */
export function findCheckpoints(id: string, options: HubModelsOptions): Promise<HubRecord[]> {
  return quantizedCheckpoints(id, lookup(options));
}

/**
 * Reads a LoRA adapter.
 * @param revision Commit. @default - the newest commit of `main`
 * @throws HubError, or Error if HF_ENDPOINT or HF_TOKEN is not valid
 */
export function findAdapter(id: string, revision: string | undefined, options: HubModelsOptions): Promise<HubAdapter> {
  return readHubAdapter(lookup(options).transport, id, revision);
}

function lookup({ caller, hub = hubAddress() }: HubModelsOptions): LookupOptions {
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const token = process.env.HF_TOKEN?.trim();
  const transport = new HubTransport({
    ...{ hub, caller, report, patience, attempts, longestWait, givesUpEarly: true },
    ...(token ? { token } : {}),
  });
  return { transport, cache: new RecordCache(), report };
}
