/** Compares the endpoints that a stack last wrote with the endpoints in Azure. Pure functions. */

/** The properties of an endpoint that the stack writes. */
export interface EndpointBody {
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties: {
    readonly authMode?: string;
    readonly publicNetworkAccess?: string;
    readonly traffic?: Readonly<Record<string, number>>;
    readonly mirrorTraffic?: Readonly<Record<string, number>>;
  };
}

/** A value that was changed outside the stack. */
export interface Drift {
  readonly what: string;
  readonly written: unknown;
  readonly live: unknown;
}

/** Returns the differences between the written and the live endpoint. Tags that were added outside the stack are not differences. */
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

function positive(weights: Readonly<Record<string, number>> = {}): Record<string, number> {
  const entries = Object.entries(weights).filter(([, weight]) => weight > 0);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns the written body with the live values, which is the result that a refresh would have. */
export function accept(written: EndpointBody, live: EndpointBody): EndpointBody {
  const { authMode, publicNetworkAccess, traffic = {}, mirrorTraffic = {} } = live.properties;
  const tags = Object.keys(written.tags ?? {}).flatMap((tag) => (live.tags?.[tag] === undefined ? [] : [[tag, live.tags[tag]] as const]));
  return {
    ...written,
    ...(written.tags === undefined ? {} : { tags: Object.fromEntries(tags) }),
    properties: { ...written.properties, authMode, publicNetworkAccess, traffic, mirrorTraffic },
  };
}
