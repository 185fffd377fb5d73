/** A region as Azure compares it: `Sweden Central` is `swedencentral`. */
export function regionName(location: string | undefined): string {
  return (location ?? "").toLowerCase().replaceAll(" ", "");
}

export function sameRegion(a: string | undefined, b: string | undefined): boolean {
  return regionName(a) === regionName(b);
}
