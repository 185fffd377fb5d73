// Proves that the Node language host starts, and ends with its engine. The end-to-end tests prove that it runs programs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

const host = path.join(__dirname, "..", "..", "..", "azure-local", "engine", "bin", "pulumi-language-nodejs");

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("the language host ends when its engine is killed", async () => {
  // An engine that starts the host, prints its process ID and port, and waits.
  const program = `const host = require("child_process").spawn(${JSON.stringify(host)}, [], { stdio: ["ignore", "pipe", "inherit"] });
    host.stdout.once("data", (port) => console.log(host.pid + " " + port)); setInterval(() => {}, 1000);`;
  const engine = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(engine.stdout, "data")) as [Buffer];
  const [pid, port] = line.toString().trim().split(" ").map(Number) as [number, number];
  expect(port).toBeGreaterThan(0);
  expect(isAlive(pid)).toBe(true);
  engine.kill("SIGKILL");
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
});
