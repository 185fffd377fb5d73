// Does not prove that the image of docker/score builds, or how the server behaves under load: one process answers.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import * as path from "node:path";
import { type Platform, startPlatform } from "./platform";
import { describeWith } from "./venv";

const folder = path.join(__dirname, "..", "..", "docker", "score");

describeWith(path.join(folder, "requirements.txt"), "Azure's inference server answers behind the scoring proxy", (python) => {
  let server: ChildProcess;
  let platform: Platform;
  let url: string;
  let key: string;

  beforeAll(async () => {
    const port = await freePort();
    server = startServer(python, port);
    platform = await startPlatform({ backends: { fraud: `http://127.0.0.1:${port}` } });
    const id = await platform.endpoint("fraud", await platform.environment("score", 5001, "/score", "/"));
    const keys = await fetch(`${platform.azure.armUrl}${id}/listKeys?api-version=2025-12-01`, { method: "POST" });
    key = ((await keys.json()) as { primaryKey: string }).primaryKey;
    url = `${platform.azure.frontdoorUrl}/fraud/score`;
    await readiness();
  }, 60_000);

  afterAll(async () => {
    await platform?.close();
    if (server?.exitCode !== null) return;
    // The server starts worker processes, which are in its process group.
    process.kill(-server.pid!, "SIGTERM");
    await once(server, "exit");
  });

  const score = (body: string) => fetch(url, { method: "POST", headers: { authorization: `Bearer ${key}` }, body });

  /** The readiness probe fails until the server listens, and requests return 424. */
  async function readiness(): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      const answer = await score('{"rows":[{"amount":0,"foreign":0,"attempts":0}]}');
      if (answer.status === 200) return;
      expect(await answer.text()).toContain("model_not_ready");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("The inference server was not ready within 30 s.");
  }

  test("a request is scored by score.py", async () => {
    const answer = await score('{"rows":[{"amount":900,"foreign":1,"attempts":3},{"amount":0,"foreign":0,"attempts":0}]}');
    expect(answer.status).toBe(200);
    const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
    const scores = [expect.closeTo(sigmoid(1.7), 12), expect.closeTo(sigmoid(-4), 12)];
    expect(await answer.json()).toEqual({ model: "example-fraud", scores });
  });

  test("for an error in the request, the server returns 400, which the caller receives as 424", async () => {
    const answer = await score('{"rows":[]}');
    expect([answer.status, answer.headers.get("ms-azureml-model-error-statuscode")]).toEqual([424, "400"]);
    expect(await answer.json()).toEqual({ error: 'The body must be {"rows": [...]} with at least one row.' });
  });

  test("requests to paths other than the scoring route don't reach the server", async () => {
    const answer = await fetch(url.replace("/score", "/swagger.json"), { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(404);
  });
});

function startServer(python: string, port: number): ChildProcess {
  const args = ["-m", "azureml_inference_server_http.amlserver", "--entry_script", path.join(folder, "score.py"), "--port", String(port)];
  return spawn(python, args, { stdio: "ignore", detached: true, env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
