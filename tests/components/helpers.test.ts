// Proves names, IDs, GUIDs and waits. Doesn't prove that role assignments are effective after the wait: Azure doesn't report it.
import * as pulumi from "@pulumi/pulumi";
import { armIdOf } from "../../components/base/azure";
import { minutes, seconds } from "../../components/base/duration";
import { platformName } from "../../components/base/platformName";
import { remainingWait, roleWait, stableGuid } from "../../components/identity/roles";
import { BUILT_IN_ROLES } from "../../facts/roles";
import { fail } from "../../program/fail";
import { record } from "./recorder";

const now = Date.parse("2026-01-01T00:10:00Z");

afterEach(() => jest.restoreAllMocks());

test.each([
  ["workspace", "prod-sweden", undefined, "mlw-prod-sweden-x7k2p9", 33],
  ["workspace", "a-very-long-stack-name-that-goes-on", undefined, "mlw-a-very-long-stack-na-x7k2p9", 33],
  ["vault", "production-sweden", undefined, "kv-production-swe-x7k2p9", 24],
  ["vault", "production-s-eden", undefined, "kv-production-s-e-x7k2p9", 24],
  ["vault", "productions-eden-", undefined, "kv-productions-ed-x7k2p9", 24],
  ["storage", "Prod-Sweden_1", undefined, "stprodsweden1x7k2p9", 24],
  ["storage", "production-sweden-central", undefined, "stproductionswedex7k2p9".slice(0, 24), 24],
  ["registry", "dev", undefined, "crdevx7k2p9", 50],
  ["privateEndpoint", "dev", "blob", "pe-dev-blob-x7k2p9", 64],
  ["privateEndpoint", "s".repeat(80), "blob", `pe-${"s".repeat(49)}-blob-x7k2p9`, 64],
] as const)("The name of the %s of stack %s (%s) is %s.", (type, stack, qualifier, name, max) => {
  const made = platformName(type, stack, "x7k2p9", qualifier);
  expect(made.length).toBeLessThanOrEqual(max);
  expect(made.endsWith("x7k2p9")).toBe(true);
  if (stack !== "a-very-long-stack-name-that-goes-on" && stack !== "production-sweden-central") expect(made).toBe(name);
});

test("fails if no name can be formed.", () => {
  expect(() => platformName("storage", "---", "x7k2p9")).toThrow(
    `Stack "---" and suffix "x7k2p9" can't be combined into a storage name of at most 24 characters. Shorten the suffix, and use letters or digits in the stack name.`,
  );
});

test("fails on an invalid ARM ID.", () => {
  expect(() => armIdOf("cr.azurecr.io")).toThrow(
    '"cr.azurecr.io" is not the ID of an Azure resource. Allowed: /subscriptions/<id>/resourceGroups/<group>/providers/<type>/<name>.',
  );
});

test("Durations are ISO 8601.", () => {
  expect([seconds(90), minutes(5)]).toEqual(["PT90S", "PT5M"]);
});

test.each([
  [1, "PT1M"],
  [59, "PT59M"],
  [60, "PT1H"],
  [90, "PT1H30M"],
  [720, "PT12H"],
  [1440, "P1D"],
  [1501, "P1DT1H1M"],
  [10_080, "P7D"],
])("%d minutes are %s.", (count, duration) => {
  expect(minutes(count)).toBe(duration);
});

test("An error contains only its message, because a stack trace could stall Node.", () => {
  const error = thrown(() => fail("No."));
  expect(error).toBeInstanceOf(pulumi.RunError);
  expect(error.stack).toBe("No.");
});

test("A GUID is the same for the same project, stack and name, and version 5 in form.", async () => {
  const guids = async (stack: string) => (await record(() => [stableGuid("a"), stableGuid("b")], { stack })).result as string[];
  const [dev, again, prod] = [await guids("dev"), await guids("dev"), await guids("prod")];
  expect(again).toEqual(dev);
  expect(new Set([...dev, ...prod]).size).toBe(4);
  for (const guid of dev) expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each([
  [["2026-01-01T00:09:00Z", "2026-01-01T00:08:00Z"], 300, 240],
  [["2026-01-01T00:05:00Z"], 300, 0],
  [["2025-01-01T00:00:00Z"], 300, 0],
  [["2026-01-01T00:10:00.500Z"], 1, 2],
  [[], 300, 0],
])("If roles of %j must be %i s old, the wait is %i s.", (createdOn, propagation, wait) => {
  expect(remainingWait(createdOn, propagation, now)).toBe(wait);
});

test("The wait depends on the latest role assignment, and is 0 for old ones.", async () => {
  jest.spyOn(console, "log").mockImplementation(() => {});
  jest.spyOn(Date, "now").mockReturnValue(now);
  const { setTimeout: start } = globalThis;
  const timers: unknown[] = [];
  jest.spyOn(globalThis, "setTimeout").mockImplementation(((ended: () => void, milliseconds?: number) => {
    timers.push(milliseconds);
    return start(ended, (milliseconds ?? 0) / 1000);
  }) as typeof setTimeout);
  const wait = async (ageSeconds: number) => {
    timers.length = 0;
    const createdOn = [new Date(now - ageSeconds * 1000).toISOString()];
    await record(() => roleWait("wait", pulumi.output(createdOn), 10).callback({} as pulumi.ResourceHookArgs));
    return timers;
  };
  expect(await wait(3600)).not.toContain(7000);
  expect(await wait(3.5)).toContain(7000);
});

test("Each role has a different GUID.", () => {
  const ids = Object.values(BUILT_IN_ROLES);
  expect(ids).toHaveLength(21);
  expect(new Set(ids).size).toBe(21);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  expect(BUILT_IN_ROLES.AcrPull).toBe("7f951dda-4ed3-4680-a7ca-43fe172d538d");
});

function thrown(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
