import { spawn } from "node:child_process";
import { once } from "node:events";
import { outputOf } from "./childOutput";

const start = (script: string) => spawn("sh", ["-c", script], { stdio: ["pipe", "pipe", "pipe"] });

test("a line of one stream is never in the middle of a line of the other stream", async () => {
  // Waits until each part has been read, because otherwise the streams can arrive in another order.
  const child = start('printf drai; read -r _; echo "GET / 200" >&2; read -r _; echo ned; read -r _');
  const output = outputOf(child, () => child.stdin.write("\n"));
  await once(child.stdout, "data");
  expect(output()).toBe("");
  child.stdin.write("\n");
  await once(child, "close");
  expect(output()).toBe("GET / 200\ndrained\n");
});

test("an incomplete last line is added when its stream ends", async () => {
  const child = start("echo one; printf two");
  const output = outputOf(child);
  await once(child, "close");
  expect(output()).toBe("one\ntwo");
});

test("a character that arrives in two parts is kept", async () => {
  const child = start("printf '\\303'; sleep 0.1; printf '\\244\\n'");
  const output = outputOf(child);
  await once(child, "close");
  expect(output()).toBe("ä\n");
});

test("a process without pipes is rejected", async () => {
  const child = spawn("true", { stdio: "ignore" });
  expect(() => outputOf(child)).toThrow("Start the process with pipes for its outputs.");
  await once(child, "close");
});
