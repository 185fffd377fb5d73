// Does not prove how Azure measures a second or a connection, nor that its 5 MBPS are megabytes: this is not documented.
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { Bandwidth } from "../../../azure-local/scoringProxy/bandwidth";
import { defaultLimits, Rates } from "../../../azure-local/scoringProxy/limits";
import { endpoint } from "./support";

const socket = () => new EventEmitter() as unknown as Socket;
let now = 0;
beforeEach(() => {
  now = 0;
});
const rates = (limits: Partial<typeof defaultLimits>) => new Rates({ ...defaultLimits, ...limits }, () => now);
const codes = (one: Rates, sockets: Socket[], of = endpoint()) => sockets.map((each) => one.enter(of, each)?.message);

test("Azure's limits are 500 requests and connections per second, 500 concurrent connections, 5 MB per second", () => {
  expect(defaultLimits).toEqual({ requestsPerSecond: 500, connectionsPerSecond: 500, activeConnections: 500, bytesPerSecond: 5_000_000 });
});

test("requests above the rate are rejected until the second ends, for each endpoint separately", () => {
  const one = rates({ requestsPerSecond: 2 });
  const same = socket();
  const error = "The endpoint allows 2 requests per second.";
  expect(codes(one, [same, same, same])).toEqual([undefined, undefined, error]);
  expect(codes(one, [same], endpoint({ name: "other" }))).toEqual([undefined]);
  expect(codes(one, [same], endpoint({ region: "westeurope" }))).toEqual([undefined]);
  now = 999;
  expect(codes(one, [same])).toEqual([error]);
  now = 1000;
  expect(codes(one, [same])).toEqual([undefined]);
});

test("a new connection counts once, whatever is requested on it", () => {
  const one = rates({ connectionsPerSecond: 2 });
  const [first, second, third] = [socket(), socket(), socket()] as const;
  expect(codes(one, [first, first, second, first, third])).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    "The endpoint allows 2 new connections per second.",
  ]);
});

test("after a connection closes, another one is accepted", () => {
  const one = rates({ activeConnections: 1 });
  const [first, second] = [socket(), socket()] as const;
  expect(codes(one, [first, second])).toEqual([undefined, "The endpoint allows 1 concurrent connections."]);
  second.emit("close");
  first.emit("close");
  expect(codes(one, [socket()])).toEqual([undefined]);
});

test("the bytes of one second pass immediately, and further bytes are delayed", () => {
  const bandwidth = new Bandwidth(1000, () => now);
  expect(bandwidth.wouldDelay(1000)).toBe(false);
  expect(bandwidth.take(1000)).toBe(0);
  expect(bandwidth.wouldDelay(1)).toBe(true);
  expect(bandwidth.take(500)).toBe(500);
  expect(bandwidth.take(250)).toBe(750);
  now = 750;
  expect(bandwidth.take(100)).toBe(100);
  now = 60_000;
  expect(bandwidth.take(1000)).toBe(0);
});
