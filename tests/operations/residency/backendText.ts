import { stateRowOf } from "../../../operations/residency/backend";
import { contract } from "./statement";

/** The row of a backend and a secrets provider as JSON. */
export async function backendText(url: string, secretsProvider?: string): Promise<string> {
  return JSON.stringify(await stateRowOf(url, { contract, secretsProvider }));
}
