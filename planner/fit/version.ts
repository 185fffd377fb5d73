/** vLLM versions as numbers: what a version changed is asked with `atLeast`. */

/** Versions that were read once; an estimate asks for the same two a dozen times. */
const known = new Map<string, readonly number[]>();

/** Whether `version` is `floor` or later; both like `0.31.0`, a suffix such as `rc1` or `+cu129` is ignored. */
export function atLeast(version: string, floor: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(floor)];
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): readonly number[] {
  const found = known.get(version) ?? (version.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  known.set(version, found);
  return found;
}
