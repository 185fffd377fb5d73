/** vLLM versions as numbers: what a version changed is asked with `atLeast`. */

/** Whether `version` is `floor` or later; both like `0.31.0`, a suffix such as `rc1` or `+cu129` is ignored. */
export function atLeast(version: string, floor: string): boolean {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const [a, b] = [numbers(version), numbers(floor)];
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
