// Proves how a call to Azure goes on when Azure asks for patience, against a small resource manager. What the calls are made for is proved by
// the tests of whoever makes them.
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { act, list, remove, show } from "../../../components/base/arm";
import { group } from "../fixtures";
import { record } from "../recorder";

const id = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;

/** An answer, or a connection that breaks. */
type Turn = "break" | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: object };

let turns: Turn[] = [];
let calls: string[] = [];
let server: http.Server;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    calls.push(request.method!);
    const turn = turns.shift() ?? { status: 500 };
    if (turn === "break") return void request.socket.destroy();
    response.writeHead(turn.status, { connection: "close", ...turn.headers }).end(JSON.stringify(turn.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.MOOR_ARM_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  delete process.env.MOOR_ARM_URL;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function against<T>(answers: readonly Turn[], work: () => Promise<T>): Promise<T> {
  [turns, calls] = [[...answers], []];
  const { result } = await record(work, { invokes: { "azure-native:authorization:getClientToken": { token: "t" } } });
  return result as T;
}

const found = { status: 200, body: { name: "mlw" } };

test.each([429, 502, 503, 504])("A reading that is answered by %i is done again.", async (status) => {
  expect(await against([{ status }, { status }, found], () => show(id, "2025-12-01"))).toEqual({ status: 200, body: { name: "mlw" } });
  expect(calls).toEqual(["GET", "GET", "GET"]);
});

test("It waits as long as Azure says.", async () => {
  const began = Date.now();
  const answers = [
    { status: 429, headers: { "retry-after": "1" } },
    { status: 200, body: { value: [1] } },
  ];
  expect(await against(answers, () => list(`${id}/things`))).toEqual([1]);
  // Without the header it would be a fiftieth of a second.
  expect(Date.now() - began).toBeGreaterThan(900);
  expect(calls).toEqual(["GET", "GET"]);
});

test("A reading whose connection breaks is done again; what writes is not, because it may have been done.", async () => {
  expect(await against(["break", found], () => show(id, "2025-12-01"))).toMatchObject({ status: 200 });
  await expect(against(["break", found], () => act(id, "provisionManagedNetwork", {}, 1))).rejects.toThrow("fetch failed");
  expect(calls).toEqual(["POST"]);
});

test("What writes is done again where Azure has not done it.", async () => {
  await against([{ status: 429 }, { status: 204 }], () => remove(id, 1));
  expect(calls).toEqual(["DELETE", "DELETE"]);
});

test("After the sixth time it is an error that says what was called and what came back.", async () => {
  const busy = Array.from({ length: 7 }, () => ({ status: 503, body: { error: { code: "Busy" } } }));
  await expect(against(busy, () => show(id, "2025-12-01"))).rejects.toThrow(`Azure answered 503 to GET ${id}: {"error":{"code":"Busy"}}`);
  expect(calls).toHaveLength(6);
});

test("Any other refusal is told at once.", async () => {
  await expect(against([{ status: 500 }], () => show(id, "2025-12-01"))).rejects.toThrow(`Azure answered 500 to GET ${id}`);
  expect(calls).toEqual(["GET"]);
});

test("Without a credential nothing is called, however often: the engine that gives it has ended.", async () => {
  let given = 0;
  [turns, calls] = [[{ status: 503 }, found], []];
  const invokes = {
    get "azure-native:authorization:getClientToken"() {
      if (given++ > 0) throw new Error("the engine has ended");
      return { token: "t" };
    },
  };
  await expect(record(() => show(id, "2025-12-01"), { invokes })).rejects.toThrow();
  expect(calls).toEqual(["GET"]);
});
