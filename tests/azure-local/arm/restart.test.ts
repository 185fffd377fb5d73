// Proves what persists after a restart and a kill. Does not prove that two machines can share a folder: see folderLock.test.ts.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { startArm } from "../../../azure-local/arm";
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

let caller: Caller;
afterEach(() => caller.stop());

test("all resources, keys and addresses persist after a restart", async () => {
  const first = await Caller.start();
  await buildPlatform(first);
  const before = first.arm.everything();
  const keys = (await first.post(`${paths.endpoint}/listKeys`)).body;
  await first.arm.close();
  caller = await Caller.start({ home: first.home, clock: first.clock });
  expect(caller.arm.everything()).toEqual(before);
  expect(before.length).toBeGreaterThan(30);
  expect((await caller.post(`${paths.endpoint}/listKeys`)).body).toEqual(keys);
});

test("an operation that runs when the process is killed continues and ends on time", async () => {
  const first = await Caller.start();
  await buildPlatform(first);
  const second = paths.deployment.replace("main-1", "main-2");
  const operation = (await first.put(second, bodies(first).deployment)).headers.get("azure-asyncoperation")!;
  first.clock.advance(14 * 60);
  caller = await first.fork();
  await first.stop();
  const status = async () => (await caller.get(new URL(operation).pathname)).body.status;
  expect(await status()).toBe("InProgress");
  expect((await caller.get(second)).body.properties.provisioningState).toBe("Creating");
  caller.clock.advance(60);
  expect(await status()).toBe("Succeeded");
  expect((await caller.get(second)).body.properties.provisioningState).toBe("Succeeded");
});

test("a delete that runs when the process is killed still removes the resource and the resources below it", async () => {
  const first = await Caller.start();
  await buildPlatform(first);
  await first.delete(paths.endpoint);
  caller = await first.fork();
  await first.stop();
  expect((await caller.get(paths.endpoint)).body.properties.provisioningState).toBe("Deleting");
  caller.clock.advance(60);
  expect((await caller.get(paths.endpoint)).status).toBe(404);
  expect((await caller.get(paths.deployment)).status).toBe(404);
});

test("a second simulator with the same folder fails with an error that names the folder and the process", async () => {
  caller = await Caller.start();
  await expect(startArm({ home: caller.home })).rejects.toThrow(`The state folder ${caller.home} is in use by process ${process.pid}`);
});

test("the lock of an ended process is taken over", async () => {
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  const first = await Caller.start();
  await first.arm.close();
  fs.writeFileSync(path.join(first.home, "lock"), String(gone));
  caller = await Caller.start({ home: first.home });
  expect(JSON.parse(fs.readFileSync(path.join(caller.home, "lock"), "utf8")).pid).toBe(process.pid);
});

test("closing releases the folder", async () => {
  const first = await Caller.start();
  await first.arm.close();
  caller = await Caller.start({ home: first.home });
  expect(fs.readdirSync(caller.home).sort()).toEqual(["lock", "requests.jsonl", "secrets.jsonl", "state.jsonl"]);
});
