/** A time as Azure writes it, from milliseconds since 1970. */
export function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
