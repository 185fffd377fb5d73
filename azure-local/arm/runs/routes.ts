import type { ArmRequest, ArmResponse } from "../armRequest";
import { AzureError } from "../azureError";
import type { Engine } from "../engine";
import { wholeNumber } from "../paging";
import { type ArmPath, type Node, parentIdOf } from "../path";
import { loginServerOf } from "./admission";
import { runFilter } from "./filter";
import { logLink } from "./logLinks";
import { isActive, type Run, statusOf } from "./run";
import { runView } from "./runs";
import { scheduleRun } from "./schedule";

const REGISTRY = "microsoft.containerregistry/registries";
const RUN = `${REGISTRY}/runs`;

/** Maximum number of runs in a page. */
const LONGEST_PAGE = 100;

/** Paths of runs. Runs are not ARM resources, because they have no PUT. */
export function runRoute(request: ArmRequest, path: ArmPath, engine: Engine): ArmResponse | undefined {
  const node = path.nodes.at(-1)!;
  const trailing = path.trailing?.toLowerCase();
  const type = node.type.toLowerCase();
  const isCollection = type === REGISTRY && (trailing === "schedulerun" || trailing === "runs");
  if (!isCollection && type !== RUN) return undefined;
  const apiVersion = request.query.get("api-version") ?? "";
  engine.catalog.checkApiVersion("Microsoft.ContainerRegistry/registries/runs", apiVersion);
  const registry = engine.store.get(isCollection ? node.id : parentIdOf(node.id));
  if (!registry) throw notFound(node);
  const view = (run: Run) => runView(run, loginServerOf(registry), engine.now());
  switch (`${request.method} ${isCollection ? trailing : `run ${trailing ?? ""}`}`) {
    case "POST schedulerun":
      return { status: 200, body: view(scheduleRun(registry, request.body, apiVersion, engine)) };
    case "GET runs":
      return { status: 200, body: { value: list(registry.id, request, engine).map(view) } };
    case "GET run ":
      return { status: 200, body: view(existing(node, engine)) };
    case "POST run listlogsasurl":
      return { status: 200, body: { logLink: logLink(existing(node, engine).id, request.origin, engine) } };
    case "POST run cancel":
      cancel(existing(node, engine), engine);
      return { status: 200 };
    default:
      throw new AzureError(405, "MethodNotAllowed", `The method ${request.method} is not supported for '${request.path}'.`);
  }
}

function list(registryId: string, request: ArmRequest, engine: Engine): Run[] {
  const now = engine.now();
  const matches = runFilter(request.query.get("$filter"));
  const top = Math.min(wholeNumber(request, "$top", LONGEST_PAGE) || LONGEST_PAGE, LONGEST_PAGE);
  return engine.runs
    .of(registryId)
    .filter((run) => matches(run, statusOf(run, now)))
    .slice(0, top);
}

function existing(node: Node, engine: Engine): Run {
  const run = engine.runs.get(node.id);
  if (run) return run;
  throw notFound(node);
}

function notFound({ type, name }: Node): AzureError {
  return new AzureError(404, "ResourceNotFound", `The Resource '${type}/${name}' was not found.`);
}

function cancel(run: Run, engine: Engine): void {
  const now = engine.now();
  if (!isActive(run, now)) throw new AzureError(409, "Conflict", `The run '${run.runId}' can't be canceled: it is ${statusOf(run, now)}.`);
  engine.credentials.forget(run.id);
  engine.runs.put({ ...run, canceledAt: now });
}
