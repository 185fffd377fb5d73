// Does not prove that Azure responds like the simulator, only that the simulator's responses contain all data that Azure's client requires.
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Platform, startPlatform } from "./platform";
import { describeWith } from "./venv";

const requirements = path.join(__dirname, "requirements.txt");

describeWith(requirements, "Microsoft's azure-ai-ml works with the local Azure", (python) => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform?.close());

  test("it lists, shows, creates, moves traffic, reads keys, invokes and deletes, over HTTPS", async () => {
    const { azure } = platform;
    const argument = {
      armUrl: azure.armHttpsUrl,
      subscriptionId: azure.subscriptionId,
      resourceGroup: "rg",
      workspace: "models",
      environment: await platform.environment("score", 5001, "/score", "/"),
      token: azure.issueToken({ oid: "11111111-1111-4111-8111-111111111111", audience: azure.armHttpsUrl }),
    };
    const env = { ...process.env, REQUESTS_CA_BUNDLE: azure.certificate, PYTHONWARNINGS: "ignore", PYTHONDONTWRITEBYTECODE: "1" };
    const run = promisify(execFile)(python, [path.join(__dirname, "azure_ai_ml.py"), JSON.stringify(argument)], { env });
    const { stdout } = await run;
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toEqual({
      workspace: "models",
      before: [],
      created: ["fraud", "Succeeded", "key", { owner: "test" }, {}],
      trafficToNobody: [400, "BadArgument"],
      deployed: [
        ["main", "Succeeded", "Standard_DS3_v2", 2],
        ["next", "Succeeded", "Standard_DS3_v2", 2],
      ],
      shown: ["main", ["main", "next"]],
      logs: true,
      traffic: { main: 90, next: 10 },
      halfTraffic: [400, "BadArgument"],
      keys: [true, true],
      scoringUri: `${azure.frontdoorHttpsUrl}/fraud/score`,
      invoked: { answeredBy: "stand-in, no model ran", deployment: "next", region: "swedencentral", received: { rows: [1] } },
      shifted: [{ next: 100 }, "next"],
      deletedLive: [400, "BadArgument"],
      left: ["next"],
      regenerated: true,
      after: [],
      gone: 404,
    });
  }, 180_000);
});
