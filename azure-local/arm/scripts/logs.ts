import type { ArmRequest, ArmResponse } from "../armRequest";
import { AzureError } from "../azureError";
import type { Engine } from "../engine";
import { wholeNumber } from "../paging";
import { type ArmPath, sameId } from "../path";
import type { ScriptHost } from "./host";
import { runOf, SCRIPT } from "./script";

const LOGS = `${SCRIPT}/logs`;

/** Source: Azure REST specification, deploymentScripts 2023-08-01: the parameter `tail` is a positive number up to 1000. */
const LONGEST_TAIL = 1000;

/** `GET <script>/logs` and `GET <script>/logs/default`: what the script has written so far. */
export function scriptLogs(request: ArmRequest, path: ArmPath, engine: Engine, host: ScriptHost): ArmResponse | undefined {
  const node = path.nodes.at(-1)!;
  const isList = sameId(node.type, SCRIPT) && sameId(path.trailing, "logs");
  const isDefault = sameId(node.type, LOGS) && path.trailing === undefined;
  if (!isList && !isDefault) return undefined;
  if (request.method !== "GET") throw new AzureError(405, "MethodNotAllowed", `The method ${request.method} is not supported for logs.`);
  engine.catalog.checkApiVersion(SCRIPT, request.query.get("api-version") ?? undefined);
  const scriptId = isList ? node.id : path.nodes.at(-2)!.id;
  const script = engine.store.get(scriptId);
  if (script === undefined || (isDefault && !sameId(node.name, "default")))
    throw new AzureError(404, "ResourceNotFound", `The Resource '${node.type}/${node.name}' was not found.`);
  const run = runOf(script);
  const log = (run && (host.logOf(run.runId) ?? run.result?.log)) ?? "";
  const entry = (text: string) => ({ id: `${script.id}/logs/default`, name: "default", type: LOGS, properties: { log: text } });
  if (isList) return { status: 200, body: { value: [entry(log)] } };
  const tail = wholeNumber(request, "tail", 0);
  return { status: 200, body: entry(tail > 0 ? lastLines(log, Math.min(tail, LONGEST_TAIL)) : log) };
}

function lastLines(text: string, count: number): string {
  const end = text.endsWith("\n") ? "\n" : "";
  return `${text
    .slice(0, text.length - end.length)
    .split("\n")
    .slice(-count)
    .join("\n")}${end}`;
}
