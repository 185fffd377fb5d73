// Changes behind Pulumi's back, as a person in the portal and autoscale make them: through the same rules as every other write.

const API_VERSION = "2025-12-01";

interface Endpoint {
  readonly properties: Record<string, unknown>;
}

/** Someone with a browser, or a service, that knows only where Azure is. Ids are whole ARM ids. */
export class Portal {
  constructor(private readonly armUrl: string) {}

  /** Shares in per cent by deployment; the rest of the endpoint stays as it is. @throws Error with Azure's refusal */
  async setTraffic(endpointId: string, traffic: Readonly<Record<string, number>>): Promise<void> {
    const endpoint = (await this.send("GET", endpointId)) as Endpoint;
    await this.send("PUT", endpointId, { ...endpoint, properties: { ...endpoint.properties, traffic } });
  }

  /** What autoscale does: nothing but the number of instances. @throws Error with Azure's refusal */
  async setCapacity(deploymentId: string, capacity: number): Promise<void> {
    await this.send("PATCH", deploymentId, { sku: { capacity } });
  }

  async setTags(id: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.send("PATCH", id, { tags });
  }

  /** Deletes an endpoint with its deployments, or one deployment. @throws Error with Azure's refusal */
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
