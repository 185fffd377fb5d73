import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Arm, type ArmOptions, type ManualClock, manualClock, realClock, startArm } from "../../../azure-local/arm";
import { type Send, withoutSockets } from "./withoutSockets";

/** API versions at which bodies are validated strictly, by provider. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  "microsoft.authorization/locks": "2020-05-01",
  "microsoft.authorization": "2022-04-01",
  "microsoft.consumption": "2024-08-01",
  "microsoft.containerinstance": "2024-05-01-preview",
  "microsoft.containerregistry/registries/replications": "2024-11-01-preview",
  "microsoft.containerregistry/registries/runs": "2019-06-01-preview",
  "microsoft.containerregistry/registries/tasks": "2019-06-01-preview",
  "microsoft.containerregistry": "2023-01-01-preview",
  "microsoft.insights/actiongroups": "2024-10-01-preview",
  "microsoft.insights/components": "2020-02-02",
  "microsoft.insights/metricalerts": "2018-03-01",
  "microsoft.insights": "2021-05-01-preview",
  "microsoft.keyvault": "2024-11-01",
  "microsoft.machinelearningservices": "2025-12-01",
  "microsoft.managedidentity": "2023-01-31",
  "microsoft.network/privatednszones": "2024-06-01",
  "microsoft.network": "2024-05-01",
  "microsoft.operationalinsights": "2023-09-01",
  "microsoft.resources": "2024-03-01",
  "microsoft.resources/deploymentscripts": "2023-08-01",
  "microsoft.storage": "2024-01-01",
};

/** The fast clock, on which operations complete at their first poll. It stops until it is advanced, even on a busy machine. */
export function fastClock(start?: number): ManualClock {
  const { now, advance } = manualClock(start);
  return { ...realClock(Number.POSITIVE_INFINITY), now, advance };
}

/** The result of `JSON.parse`: tests read responses without declared types. */
export type Parsed = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly body: Parsed;
  readonly headers: Headers;
}

/** Linux's file system in memory: on a disk, creating and removing the folders of a thousand simulators takes most of the time. */
const inMemory = "/dev/shm";

function newHome(): string {
  try {
    return fs.mkdtempSync(path.join(inMemory, "arm-"));
  } catch {
    return fs.mkdtempSync(path.join(os.tmpdir(), "arm-"));
  }
}

/** A simulator with a stopped clock, and a client that adds API versions. Paths are relative to the subscription. */
export class Caller {
  constructor(
    readonly arm: Arm,
    readonly clock: ManualClock,
    readonly home: string,
    private readonly transport: Send = fetch,
  ) {}

  static async start(options: Partial<ArmOptions> = {}): Promise<Caller> {
    const home = options.home ?? newHome();
    const clock = (options.clock as ManualClock | undefined) ?? manualClock();
    return new Caller(await startArm({ ...options, home, clock }), clock, home);
  }

  /** The same simulator without sockets, for suites that send thousands of requests. */
  withoutSockets(): Caller {
    return new Caller(this.arm, this.clock, this.home, withoutSockets(this.arm.server));
  }

  /** Starts a simulator with a copy of this simulator's state. */
  async fork(options: Partial<ArmOptions> = {}): Promise<Caller> {
    const home = newHome();
    for (const file of ["state.jsonl", "secrets.jsonl"]) fs.copyFileSync(path.join(this.home, file), path.join(home, file));
    return Caller.start({ clock: manualClock(this.clock.now()), ...options, home });
  }

  async stop(): Promise<void> {
    await this.arm.close();
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  id(below: string): string {
    return below.startsWith("/subscriptions/") ? below : `/subscriptions/${this.arm.subscriptionId}${below}`;
  }

  async send(method: string, below: string, body?: unknown, apiVersion = apiVersionFor(below)): Promise<Answer> {
    const url = new URL(`${this.arm.url}${this.id(below)}`);
    if (apiVersion) url.searchParams.set("api-version", apiVersion);
    const response = await this.transport(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined, headers: response.headers };
  }

  get(below: string): Promise<Answer> {
    return this.send("GET", below);
  }

  put(below: string, body: unknown): Promise<Answer> {
    return this.send("PUT", below, body);
  }

  delete(below: string): Promise<Answer> {
    return this.send("DELETE", below);
  }

  post(below: string, body: unknown = {}): Promise<Answer> {
    return this.send("POST", below, body);
  }

  /** Sends a PUT, then advances the clock until nothing runs. @throws Error if it was rejected or its operation failed */
  async made(below: string, body: unknown): Promise<Parsed> {
    const answer = await this.put(below, body);
    if (answer.status >= 300) throw new Error(`PUT ${below}: ${answer.status} ${JSON.stringify(answer.body)}`);
    const ended = await this.outcome(answer);
    if (ended && ended.status !== "Succeeded") throw new Error(`PUT ${below}: ${JSON.stringify(ended)}`);
    return (await this.get(below)).body;
  }

  /** Returns the result of a response's operation after two hours; undefined if there was none. */
  async outcome(answer: Answer): Promise<Parsed> {
    this.clock.advance(2 * 3600);
    const url = answer.headers.get("azure-asyncoperation");
    if (!url) return undefined;
    // Only work outside the state, such as a deployment script, takes longer.
    for (;;) {
      const operation = JSON.parse(await (await this.transport(new URL(url), { method: "GET" })).text());
      if (operation.status !== "InProgress") return operation;
      await new Promise(setImmediate);
    }
  }

  /** Follows the `Location` of an accepted request, two hours later, until its work has ended. */
  async ended(answer: Answer): Promise<Answer> {
    this.clock.advance(2 * 3600);
    let { status, headers } = answer;
    let text = "";
    for (const location = new URL(headers.get("location")!); status === 202; ) {
      await new Promise(setImmediate);
      const polled = await this.transport(location, { method: "GET" });
      ({ status, headers } = polled);
      text = await polled.text();
    }
    return { status, headers, body: text ? JSON.parse(text) : undefined };
  }
}

function apiVersionFor(below: string): string {
  const last = below.split("?")[0]!.split("/providers/").pop()!.toLowerCase();
  const type = below.includes("/providers/")
    ? last
        .split("/")
        .filter((_, index) => index === 0 || index % 2 === 1)
        .join("/")
    : "microsoft.resources";
  const known = Object.keys(API_VERSIONS).filter((prefix) => type === prefix || type.startsWith(`${prefix}/`));
  return API_VERSIONS[known.sort((a, b) => b.length - a.length)[0] ?? ""] ?? "";
}
