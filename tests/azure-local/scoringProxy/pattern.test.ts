// Proves that the scoring proxy has the same patterns and tasks as the program. The compiler proves it for the types. Does not prove what each does.
import { type Pattern as ScoringProxyPattern, patterns as scoringProxyPatterns } from "../../../azure-local/scoringProxy/pattern";
import { type Task as ScoringProxyTask, tasks as scoringProxyTasks } from "../../../azure-local/scoringProxy/task";
import { type Pattern, patterns } from "../../../planner/pattern";
import { type Task, tasks } from "../../../planner/task";

type Same<A, B> = [A, B] extends [B, A] ? true : false;

test("The scoring proxy has the patterns of the program.", () => {
  const sameUnion: Same<Pattern, ScoringProxyPattern> = true;
  expect(sameUnion).toBe(true);
  expect(scoringProxyPatterns).toEqual(patterns);
});

test("The scoring proxy has the tasks of the program.", () => {
  const sameTasks: Same<Task, ScoringProxyTask> = true;
  expect(sameTasks).toBe(true);
  expect(scoringProxyTasks).toEqual(tasks);
});
