/** What a vLLM deployment does for its clients. Tables typed by `Task` contain all differences between the tasks. */
import type { Pattern } from "./pattern";

/**
 * `chat`: chat completions and completions. `embed`: embeddings of texts. `rerank`: scores of documents for a query. Each is one vLLM server;
 * `embed` and `rerank` use its pooling runner.
 */
export const tasks = ["chat", "embed", "rerank"] as const;

export type Task = (typeof tasks)[number];

/** The tasks of the pooling runner, which generate no tokens. */
export const poolingTasks = ["embed", "rerank"] as const satisfies readonly Exclude<Task, "chat">[];

export type PoolingTask = (typeof poolingTasks)[number];

/** Whether the pooling runner serves the task. */
export function isPoolingTask(task: Task): task is PoolingTask {
  return (poolingTasks as readonly Task[]).includes(task);
}

/** The task of a decision. Decisions for `chat` contain none. */
export function taskOf({ task }: { readonly task?: PoolingTask }): Task {
  return task ?? "chat";
}

/** What clients of a deployment use: a task of vLLM, or the API that a `score.py` defines. */
export const apis = [...tasks, "score"] as const;

export type Api = (typeof apis)[number];

/** The API of a decision. */
export function apiOf(decision: { readonly pattern: Pattern; readonly task?: PoolingTask }): Api {
  const ofPatterns: Readonly<Record<Pattern, Api>> = { vllm: taskOf(decision), score: "score" };
  return ofPatterns[decision.pattern];
}

/** The pattern of the deployments that have an API. */
export const patternOfApi = { chat: "vllm", embed: "vllm", rerank: "vllm", score: "score" } as const satisfies Record<Api, Pattern>;
