/** What Azure shows of single resources, for tests of what is read by id. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";

export interface AzureHere {
  /** Answer by id: a body, or a status. What isn't here doesn't exist. */
  readonly shown: Record<string, object | number>;
  /** Ids that were asked for, in their order. */
  readonly asked: string[];
  close(): Promise<unknown>;
}

/** Answers in Azure's place until it is closed. */
export async function serveAzure(shown: Readonly<Record<string, object | number>>): Promise<AzureHere> {
  const here = { shown: { ...shown }, asked: [] as string[] };
  const server = http.createServer((request, response) => {
    const [id] = request.url!.split("?");
    here.asked.push(id!);
    const answer = here.shown[id!] ?? 404;
    const [status, body] = typeof answer === "number" ? [answer, { error: { code: String(answer) } }] : [200, answer];
    response.writeHead(status, { connection: "close" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.MOOR_ARM_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...here,
    close() {
      delete process.env.MOOR_ARM_URL;
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
