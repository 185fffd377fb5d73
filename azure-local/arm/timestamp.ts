/** Formats milliseconds since 1970 as Azure does. */
export function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
