/** What a stack last wrote of its endpoints, beside what Azure has. Pure. */

/** The part of an endpoint that the stack writes. */
export interface EndpointBody {
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties: {
    readonly authMode?: string;
    readonly publicNetworkAccess?: string;
    readonly traffic?: Readonly<Record<string, number>>;
    readonly mirrorTraffic?: Readonly<Record<string, number>>;
  };
}

/** One value that somebody else has changed. */
export interface Drift {
  readonly what: string;
  readonly written: unknown;
  readonly live: unknown;
}

/** Where Azure departs from what was written. Tags that others add beside ours are theirs. */
export function compare(written: EndpointBody, live: EndpointBody): Drift[] {
  const [was, is] = [written.properties, live.properties];
  const pairs: Drift[] = [
    { what: "traffic", written: positive(was.traffic), live: positive(is.traffic) },
    { what: "mirrorTraffic", written: positive(was.mirrorTraffic), live: positive(is.mirrorTraffic) },
    { what: "authMode", written: was.authMode, live: is.authMode },
    { what: "publicNetworkAccess", written: was.publicNetworkAccess, live: is.publicNetworkAccess },
    ...Object.entries(written.tags ?? {}).map(([tag, value]) => ({ what: `tag ${tag}`, written: value, live: live.tags?.[tag] })),
  ];
  return pairs.filter((pair) => JSON.stringify(pair.written) !== JSON.stringify(pair.live));
}

function positive(shares: Readonly<Record<string, number>> = {}): Record<string, number> {
  const entries = Object.entries(shares).filter(([, share]) => share > 0);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The written body with Azure's values in it: what a refresh would make of it. */
export function accept(written: EndpointBody, live: EndpointBody): EndpointBody {
  const { authMode, publicNetworkAccess, traffic = {}, mirrorTraffic = {} } = live.properties;
  const ours = Object.keys(written.tags ?? {}).flatMap((tag) => (live.tags?.[tag] === undefined ? [] : [[tag, live.tags[tag]] as const]));
  return {
    ...written,
    ...(written.tags === undefined ? {} : { tags: Object.fromEntries(ours) }),
    properties: { ...written.properties, authMode, publicNetworkAccess, traffic, mirrorTraffic },
  };
}
