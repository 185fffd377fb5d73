/** Reads ARM over REST with the built-in `fetch`; nothing here knows what is read. */
export class ArmClient {
  constructor(
    private readonly armUrl: string,
    private readonly bearer: string,
  ) {}

  /** The resource at `id`, or undefined if there is none. */
  get<T>(id: string, apiVersion: string): Promise<T | undefined> {
    return this.send<T>("GET", `${id}?api-version=${apiVersion}`);
  }

  /** All items of a collection, over its pages. An id that does not exist has none. */
  async list<T>(id: string, apiVersion: string, filter?: string): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined = `${id}?api-version=${apiVersion}${filter ? `&$filter=${encodeURIComponent(filter)}` : ""}`;
    while (next) {
      const page: { value: T[]; nextLink?: string | null } | undefined = await this.send("GET", next);
      items.push(...(page?.value ?? []));
      next = page?.nextLink ?? undefined;
    }
    return items;
  }

  /** The answer of an action, such as `listKeys`; undefined if the resource is gone. */
  post<T>(id: string, action: string, apiVersion: string): Promise<T | undefined> {
    return this.send<T>("POST", `${id}/${action}?api-version=${apiVersion}`);
  }

  private async send<T>(method: string, pathOrLink: string): Promise<T | undefined> {
    const response = await fetch(new URL(pathOrLink, this.armUrl), { method, headers: { authorization: `Bearer ${this.bearer}` } });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    // The body stays out of the message: an answer to listKeys must not end up in a log.
    if (!response.ok) throw new Error(`ARM answered ${response.status} to ${method} ${pathOrLink.split("?")[0]}`);
    return (await response.json()) as T;
  }
}
