import { AzureError } from "../azureError";
import type { Run, RunStatus } from "./run";

type Test = (run: Run, status: RunStatus) => boolean;

/** Fields of Azure's RunFilter that the local Azure supports. */
const FIELDS: Readonly<Record<string, (value: string) => Test>> = {
  taskname: (value) => (run) => run.task?.toLowerCase() === value,
  runid: (value) => (run) => run.runId.toLowerCase() === value,
  runtype: (value) => (run) => run.runType.toLowerCase() === value,
  status: (value) => (_run, status) => status.toLowerCase() === value,
};

/**
 * Reads `$filter` of a list of runs: `<field> eq '<value>'`, several joined by `and`.
 * @throws AzureError 400 for other filters
 */
export function runFilter(filter: string | null): Test {
  const tests = (filter || undefined)?.split(/\s+and\s+/i).map((clause) => {
    const [, field = "", value = ""] = /^\(?\s*(\w+)\s+eq\s+'([^']*)'\s*\)?$/i.exec(clause.trim()) ?? [];
    const test = FIELDS[field.toLowerCase()];
    if (test) return test(value.toLowerCase());
    throw new AzureError(400, "InvalidFilterInQueryString", `Invalid $filter '${filter}' specified in the query string.`);
  });
  return (run, status) => (tests ?? []).every((test) => test(run, status));
}
