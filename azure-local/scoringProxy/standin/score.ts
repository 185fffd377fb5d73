import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "./http";
import type { StandIn } from "./identity";
import { answerFault, pace } from "./pace";

/** Answers as Azure's inference server does: `GET` on the path of the probes, `POST` on the scoring path. */
export async function answerScore(standIn: StandIn, request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const { deployment, region, scoringPath, readinessPath, livenessPath } = standIn.identity;
  if ([readinessPath, livenessPath].includes(path) && request.method === "GET") {
    const status = standIn.isUnhealthy() ? 500 : 200;
    return void response.writeHead(status, { "content-type": "text/html" }).end(status === 200 ? "Healthy" : "Unhealthy");
  }
  if (path !== scoringPath) return sendJson(response, 404, { message: "Not Found" });
  if (request.method !== "POST") return sendJson(response, 405, { message: "Method not allowed" });
  const body = await readJson(request);
  if ("status" in body) return sendJson(response, body.status, { message: body.message });
  const fault = standIn.nextFault();
  if (answerFault(fault, response)) return;
  if (fault?.kind === "drop") return void response.destroy();
  await pace(0, standIn.speed, standIn.wait);
  sendJson(response, 200, { answeredBy: "stand-in, no model ran", deployment, region, received: body.value });
}
