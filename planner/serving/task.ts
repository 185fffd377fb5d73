/** The task of a vLLM deployment, from the stack file and the model. */
import { rerankerFacts } from "../../facts/rerankers";
import { createProblem, type Problem } from "../codes";
import type { ExplicitFlags } from "../explicitFlags";
import type { Model } from "../fit/model";
import { generatesText, possibleTasks } from "../fit/modelTask";
import type { Task } from "../task";

/** @param declared The task in the stack file. @default - the task that the model is made for, or chat */
export function chosenTask(model: Pick<Model, "task">, declared?: Task): Task {
  return declared ?? model.task ?? "chat";
}

/**
 * The task whose flags are planned for a model. As `chosenTask`, but a classifier whose labels aren't known is planned for reranking, because it
 * can't chat. A decision refuses such a model unless its task is declared.
 */
export function plannedTask({ architecture, task: made }: Pick<Model, "architecture" | "task">, declared?: Task): Task {
  const [first = "chat"] = possibleTasks(architecture);
  return declared ?? made ?? first;
}

/** What a model does, for messages. */
const doing: Readonly<Record<Task, string>> = {
  chat: "generates text",
  embed: "computes embeddings",
  rerank: "scores documents for a query",
};

/** Why a chat model serves another task badly. */
const conversions: Readonly<Record<Task, string>> = {
  chat: "",
  embed: " vLLM could convert it with --convert embed, but its embeddings would be poor, because it was not trained for them.",
  rerank: " vLLM could convert it with --convert classify, but its scores would have no meaning, because it was not trained for them.",
};

/**
 * Why the model can't serve the task; undefined if it can, or if its files don't make clear what it is made for.
 * @param flags Flags in the stack file.
 */
export function taskProblem(model: Model, task: Task, flags: ExplicitFlags = {}): Problem | undefined {
  return purposeProblem(model, task) ?? (task === "rerank" ? rerankerProblem(model, flags) : undefined);
}

/** Why the model is not made for the task; undefined if it is, or if its files don't make that clear. */
export function purposeProblem(model: Model, task: Task): Problem | undefined {
  const { id, architecture, task: made } = model;
  const ofLabels = labelsProblem(model);
  if (ofLabels) return ofLabels;
  if (made !== undefined && made !== task) {
    const conversion = made === "chat" ? conversions[task] : "";
    return createProblem("MOOR130", `\`task\` is ${task}; ${id} (${architecture}) ${doing[made]}.${conversion}`, made);
  }
  const possible = possibleTasks(architecture);
  if (possible.includes(task)) return undefined;
  const message = `The task is ${task}; the architecture of ${id}, ${architecture}, ${possible.length === 0 ? "serves none of the tasks" : doing[possible[0]!]}.`;
  return createProblem("MOOR130", message, possible.join(", ") || "a model for chat, embed or rerank");
}

/** A classifier with several labels gives no score. */
function labelsProblem({ id, architecture, labels = 1 }: Model): Problem | undefined {
  if (labels === 1) return undefined;
  const message = `${id} (${architecture}) is a classifier with ${labels} labels. To rerank, vLLM needs a classifier with one label, which is the score.`;
  return createProblem("MOOR130", message, "a model for chat, embed or rerank");
}

/** A chat model that reranks needs the tokens of its answers. */
function rerankerProblem({ id, architecture }: Model, flags: ExplicitFlags): Problem | undefined {
  if (!generatesText(architecture) || flags["hf-overrides"] !== undefined || rerankerFacts(architecture, id) !== undefined)
    return undefined;
  return createProblem(
    "MOOR131",
    `${id} (${architecture}) is a language model. To rerank with it, vLLM needs the tokens of its answers and its prompt, which the planner doesn't know for this model.`,
  );
}
