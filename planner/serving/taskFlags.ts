/** Flags of `vllm serve` that depend on the task. */
import { rerankerFacts } from "../../facts/rerankers";
import type { Model } from "../fit/model";
import { generatesText } from "../fit/modelTask";
import type { Task } from "../task";
import { parsersOf } from "./parsers";

type Flags = readonly (readonly string[])[];

const ofTasks: Readonly<Record<Task, (model: Model) => Flags>> = { chat: chatFlags, embed: embedFlags, rerank: rerankFlags };

/** Returns the flags of a task, each with its values. */
export function taskFlags(model: Model, task: Task): Flags {
  return ofTasks[task](model);
}

function chatFlags({ id }: Model): Flags {
  const { toolCall, reasoning } = parsersOf(id);
  return [
    ...(toolCall ? [["--enable-auto-tool-choice"], ["--tool-call-parser", toolCall]] : []),
    ...(reasoning ? [["--reasoning-parser", reasoning]] : []),
  ];
}

/** An architecture without an output head needs no conversion. */
function embedFlags({ architecture }: Model): Flags {
  return [["--runner", "pooling"], ...(generatesText(architecture) ? [["--convert", "embed"]] : [])];
}

/** vLLM would choose the same conversion. With the flag, the task can be read from the arguments of a container. */
function rerankFlags({ architecture, id }: Model): Flags {
  const facts = rerankerFacts(architecture, id);
  return [
    ["--runner", "pooling"],
    ["--convert", "classify"],
    ...(facts?.overrides ? [["--hf-overrides", JSON.stringify(facts.overrides)]] : []),
    ...(facts ? [["--chat-template", facts.template]] : []),
  ];
}
