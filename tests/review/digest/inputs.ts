/** Inputs of a plan for tests. */
import type { ApprovalInputs } from "../../../review";
import { sha256 } from "../../../review/digest/inputs";

export const inputs: ApprovalInputs = {
  target: { stack: sha256("prod"), Azure: sha256("azure"), backend: sha256("https") },
  settings: { "Pulumi.prod.yaml": sha256("settings") },
  lock: { "moor.lock.prod.yaml": sha256("lock") },
  source: { "index.ts": sha256("index"), "planner/names.ts": sha256("names") },
  versions: { node: sha256("20"), pulumi: sha256("v3.246.0") },
  hooks: {},
};
