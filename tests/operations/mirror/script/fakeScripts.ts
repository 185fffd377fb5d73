/** A resource manager with deployment scripts only, which run as the test says. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { ArmClient } from "../../../../azure/arm";
import { clouds } from "../../../../azure/clouds";

export interface FakeScript {
  readonly name: string;
  body: { tags?: Record<string, string>; properties: Record<string, unknown> };
  state: string;
}

/** How a script ends. */
export interface Ending {
  readonly state: "Succeeded" | "Failed";
  readonly log: string;
  readonly outputs?: object;
  readonly error?: { readonly code: string; readonly message: string };
}

export class FakeScripts {
  readonly scripts = new Map<string, FakeScript>();
  readonly requests: string[] = [];
  readonly bodies: string[] = [];
  /** Reads of a script until it ends. */
  reads = 2;
  ending: Ending = { state: "Succeeded", log: "Copied\nVerified\n", outputs: { files: 2, bytes: 10, seconds: 1 } };
  /** Requests to delete a container that find none, because Azure is still creating it. */
  containersMissing = 0;
  /** Status with which a request is refused, by its number from 1. */
  refuse: (request: string, number: number) => number | undefined = () => undefined;
  private readonly server = http.createServer((request, response) => void this.serve(request, response));

  private constructor(readonly group: string) {}

  static async start(group: string): Promise<FakeScripts> {
    const fake = new FakeScripts(group);
    await new Promise<void>((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  get azure(): ArmClient {
    const endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return new ArmClient({ credential: async () => "t", cloud: clouds.AzureCloud, endpoint, pollSeconds: 0.001 });
  }

  add(name: string, state: string, tags: Record<string, string> = { "moor-stack": "prod" }): void {
    this.scripts.set(name, { name, body: { tags, properties: {} }, state });
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const where = decodeURIComponent(request.url!.split("?")[0]!);
    const line = `${request.method} ${where.slice(where.lastIndexOf("/providers/") + "/providers/".length)}`;
    this.requests.push(line);
    let text = "";
    for await (const chunk of request) text += String(chunk);
    if (text !== "") this.bodies.push(text);
    const answer = (status: number, body?: object) => response.writeHead(status, { connection: "close" }).end(body && JSON.stringify(body));
    const refused = this.refuse(line, this.requests.length);
    if (refused !== undefined) return void answer(refused, { error: { code: "Refused", message: "refused by the test" } });
    const [, kind, name, rest] = /\/(deploymentScripts|containerGroups)(?:\/([^/]+))?(\/.*)?$/.exec(where) ?? [];
    const script = name === undefined ? undefined : this.scripts.get(name);
    if (kind === "containerGroups") {
      if (this.containersMissing-- > 0) return void answer(404, { error: { code: "ResourceNotFound", message: "not found" } });
      if (script !== undefined) script.state = "Failed";
      return void answer(200);
    }
    if (name === undefined) return void answer(200, { value: [...this.scripts.values()].map((one) => this.shown(one)) });
    if (request.method === "PUT") {
      const made: FakeScript = { name, body: JSON.parse(text) as FakeScript["body"], state: "Creating" };
      this.scripts.set(name, made);
      return void answer(201, this.shown(made));
    }
    if (script === undefined) return void answer(404, { error: { code: "ResourceNotFound", message: "not found" } });
    if (request.method === "DELETE") {
      if (!["Succeeded", "Failed"].includes(script.state))
        return void answer(409, { error: { code: "DeploymentScriptResourceConflict", message: "it runs" } });
      this.scripts.delete(name);
      return void answer(200);
    }
    if (rest !== undefined) return void answer(200, { properties: { log: this.ending.log } });
    if (script.state === "Creating" || script.state === "Running") {
      script.state = "Running";
      if (this.reads-- <= 0) script.state = this.ending.state;
    }
    answer(200, this.shown(script));
  }

  private shown({ name, body, state }: FakeScript): object {
    const id = `${this.group}/providers/Microsoft.Resources/deploymentScripts/${name}`;
    const { outputs, error } = this.ending;
    const ended = ["Succeeded", "Failed"].includes(state) ? { outputs, status: { error } } : {};
    return { id, name, ...body, properties: { ...body.properties, provisioningState: state, ...ended } };
  }
}
