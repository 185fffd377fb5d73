/** Requests to the simulator that check what it accepts: each request uses a separate platform. */
import { Caller } from "../azure-local/arm/client";
import { buildPlatform, paths } from "../azure-local/arm/platform";
import { autoscale } from "../azure-local/arm/rejections/monitor";
import { but, type Request, type Scene, sceneOf } from "../azure-local/arm/rejections/rejectedRequest";

/** A request that depends on its platform. */
export type Asked = (scene: Scene) => Request;

let platform: Caller;

/** Call it before all tests of a file. */
export async function startPlatform(): Promise<void> {
  platform = await Caller.start();
  await buildPlatform(platform);
}

/** Call it after all tests of a file. */
export function stopPlatform(): Promise<void> {
  return platform.stop();
}

/** Returns the result of `work` on a separate platform. */
export async function onPlatform<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const caller = await platform.fork();
  try {
    return await work(sceneOf(caller));
  } finally {
    await caller.stop();
  }
}

/** `accepted`, or the status and the code of the error. */
export function answerTo(asked: Asked): Promise<string> {
  return onPlatform(async (scene) => {
    const { status, body } = await scene.caller.send(...asked(scene));
    return status < 300 ? "accepted" : `${status} ${body.error.code}`;
  });
}

export function answersTo(asked: readonly Asked[]): Promise<string[]> {
  return Promise.all(asked.map(answerTo));
}

/** A path with a different last name. */
export function named(path: string, name: string): string {
  return path.replace(/[^/]+$/, name);
}

export const letters = (count: number) => "a".repeat(count);

export const secondDeployment = named(paths.deployment, "main-2");

/** A second deployment with one different value. */
export function deployment(at: string, value: unknown): Asked {
  return ({ body }) => ["PUT", secondDeployment, but(body.deployment, at, value)];
}

export const metricTrigger = "properties/profiles/0/rules/0/metricTrigger";

/** An autoscale setting with one different value. */
export function autoscaled(at: string, value: unknown): Asked {
  return (scene) => ["PUT", "/resourceGroups/rg/providers/Microsoft.Insights/autoscalesettings/main", but(autoscale(scene), at, value)];
}

export function endpointCalled(name: string): Asked {
  return ({ body }) => ["PUT", named(paths.endpoint, name), body.endpoint];
}

export function tagged(resource: "storage" | "logs" | "zone", tags: Record<string, string>): Asked {
  return ({ body }) => ["PUT", paths[resource], but(body[resource] as object, "tags", tags)];
}
