/** Azure reserves the first four addresses of a subnet and the last one. Source: Azure docs, virtual-networks-faq. */
const RESERVED_FIRST = 4;
const RESERVED_LAST = 1;

export interface Range {
  /** First and last address as numbers. */
  readonly first: number;
  readonly last: number;
}

/** An IPv4 prefix as numbers. Undefined for an invalid prefix. */
export function readPrefix(prefix: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(prefix);
  if (!match) return undefined;
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((octet) => octet > 255) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return address % size === 0 ? { first: address, last: address + size - 1 } : undefined;
}

export function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function inside(inner: Range, outer: Range): boolean {
  return inner.first >= outer.first && inner.last <= outer.last;
}

/** Number of addresses of a subnet that can be assigned. */
export function assignableAddresses({ first, last }: Range): number {
  return last - first + 1 - RESERVED_FIRST - RESERVED_LAST;
}

/** The lowest free address of the prefix. The rules ensure that one exists. */
export function nextAddress(prefix: string, taken: readonly string[]): string {
  const range = readPrefix(prefix) ?? { first: 0, last: 255 };
  let address = range.first + RESERVED_FIRST;
  while (taken.includes(toDottedAddress(address))) address += 1;
  return toDottedAddress(address);
}

function toDottedAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
