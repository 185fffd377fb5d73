import * as fs from "node:fs";
import { openSandbox } from "./sandbox";

jest.setTimeout(400_000);
test("x", async () => {
  const sandbox = await openSandbox();
  const t = Date.now();
  const r = await sandbox.run("preview", "prod", { args: ["--json"] });
  fs.writeFileSync("/tmp/r1/preview.txt", r.output);
  const r3 = await sandbox.run("preview", "dev", { args: ["--json"] });
  fs.writeFileSync("/tmp/r1/previewdev.txt", r3.output);
  const t2 = Date.now();
  const r2 = await sandbox.run("up", "prod", {});
  fs.writeFileSync("/tmp/r1/up.txt", r2.output);
  const t3 = Date.now();
  const { execFileSync } = require("node:child_process");
  fs.writeFileSync(
    "/tmp/r1/state.json",
    execFileSync(sandbox.engine.command, ["stack", "export", "--stack", "prod"], {
      env: sandbox.environment,
      cwd: sandbox.folder,
      maxBuffer: 1e9,
    }),
  );
  fs.writeFileSync("/tmp/r1/times.txt", [t2 - t, t3 - t2].join());
  await sandbox.close();
});
