import * as path from "node:path";
import type { Catalog } from "./catalog";
import { RequestLog } from "./requestLog";
import { Tables } from "./tables";

/** The open files of a state folder. */
export class StateFolder {
  readonly state: Tables;
  readonly secrets: Tables;
  readonly log: RequestLog;

  /** @param unlock Releases the folder. @throws Error if the state can't be read */
  constructor(
    home: string,
    catalog: Catalog,
    private readonly unlock: () => void,
  ) {
    this.state = new Tables(path.join(home, "state.jsonl"));
    this.secrets = new Tables(path.join(home, "secrets.jsonl"));
    this.log = new RequestLog(path.join(home, "requests.jsonl"), catalog);
  }

  /** `close` writes pending changes first; `abandon` leaves the files unchanged, as a killed process does. */
  release(how: "close" | "abandon"): void {
    this.secrets[how]();
    this.state[how]();
    this.log.close();
    this.unlock();
  }
}
