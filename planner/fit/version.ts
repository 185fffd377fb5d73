/** Comparison of vLLM versions. */

/** Cache of parsed versions: an estimate compares the same two versions many times. */
const parsed = new Map<string, readonly number[]>();

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
  const numbers = parsed.get(version) ?? (version.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  parsed.set(version, numbers);
  return numbers;
}
