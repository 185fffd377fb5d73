// Changes outside of Pulumi, as a user of the portal or autoscale makes them, with the same rules as all writes.

const API_VERSION = "2025-12-01";

interface Endpoint {
  readonly properties: Record<string, unknown>;
}

/** A user with a browser, or a service, that knows only the address of Azure. IDs are full ARM IDs. */
export class Portal {
  constructor(private readonly armUrl: string) {}

  /** Sets traffic weights by deployment, and nothing else. @throws Error with Azure's error */
  async setTraffic(endpointId: string, traffic: Readonly<Record<string, number>>): Promise<void> {
    const endpoint = (await this.send("GET", endpointId)) as Endpoint;
    await this.send("PUT", endpointId, { ...endpoint, properties: { ...endpoint.properties, traffic } });
  }

  /** Sets only the number of instances, as autoscale does. @throws Error with Azure's error */
  async setCapacity(deploymentId: string, capacity: number): Promise<void> {
    await this.send("PATCH", deploymentId, { sku: { capacity } });
  }

  async setTags(id: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.send("PATCH", id, { tags });
  }

  /** Deletes an endpoint with its deployments, or one deployment. @throws Error with Azure's error */
  async delete(id: string): Promise<void> {
    await this.send("DELETE", id);
  }

  private async send(method: string, id: string, body?: unknown): Promise<unknown> {
    const url = `${this.armUrl}${id}?api-version=${API_VERSION}`;
    const response = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${id}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
