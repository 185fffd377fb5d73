/** Programs that tests require and that npm doesn't install. */
import { spawnSync } from "node:child_process";

/** Debian and Ubuntu have a package of the same name for each. */
export type Program = "buildah" | "docker-registry" | "python3" | "skopeo";

/**
 * Declares tests that require programs. If one is missing, one test reports that: it passes locally and fails if CI is set, because the
 * proof is required there.
 */
export function describeWithPrograms(programs: readonly Program[], proof: string, tests: () => void): void {
  const missing = programs.filter((program) => spawnSync(program, ["--version"], { stdio: "ignore" }).error !== undefined);
  if (missing.length === 0) {
    describe(proof, tests);
    return;
  }
  test(`not proved: ${proof}`, () => {
    const sentence = `That ${proof} remains unproved. Not on PATH: ${missing.join(", ")} (apt-get install ${missing.join(" ")}).`;
    if (process.env.CI) throw new Error(sentence);
    console.warn(sentence);
  });
}
