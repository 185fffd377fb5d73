/** Reads ARM over REST with the built-in `fetch`. Independent of resource types. */
export class ArmClient {
  constructor(
    private readonly armUrl: string,
    private readonly bearer: string,
  ) {}

  /** Returns the resource with this ID, or undefined if it does not exist. */
  get<T>(id: string, apiVersion: string): Promise<T | undefined> {
    return this.send<T>("GET", `${id}?api-version=${apiVersion}`);
  }

  /** Returns all items of a collection, across all pages; none if the collection does not exist. */
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

  /** Returns the response to an action such as `listKeys`, or undefined if the resource does not exist. */
  post<T>(id: string, action: string, apiVersion: string): Promise<T | undefined> {
    return this.send<T>("POST", `${id}/${action}?api-version=${apiVersion}`);
  }

  private async send<T>(method: string, pathOrLink: string): Promise<T | undefined> {
    const response = await fetch(new URL(pathOrLink, this.armUrl), { method, headers: { authorization: `Bearer ${this.bearer}` } });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    // The message does not contain the body, so that no response to listKeys gets into a log.
    if (!response.ok) throw new Error(`ARM returned ${response.status} for ${method} ${pathOrLink.split("?")[0]}`);
    return (await response.json()) as T;
  }
}
