import { type RegistryAnswer, RegistryError } from "./answer";
import { Authorization, type RegistryCall } from "./authorization";
import { Distribution } from "./distribution";
import type { RegistryHost } from "./host";
import type { ImageStores } from "./imageStore";
import type { RegistryTokens } from "./tokens";

/** The data plane of Azure Container Registry: its tokens and the OCI distribution API. */
export class ContainerRegistryService {
  private readonly authorization: Authorization;
  private readonly distribution: Distribution;

  constructor(
    host: RegistryHost,
    tokens: RegistryTokens,
    private readonly stores: ImageStores,
  ) {
    this.authorization = new Authorization(host, tokens);
    this.distribution = new Distribution(host, this.authorization);
  }

  /** Returns errors as responses. It rejects only for errors of the state, which the resource manager handles. */
  serve(call: RegistryCall): Promise<RegistryAnswer> {
    return answered(() => {
      if (call.path === "oauth2/exchange") return this.authorization.exchange(call);
      if (call.path === "oauth2/token") return this.authorization.token(call);
      if (call.path === "v2" || call.path.startsWith("v2/")) return this.distribution.serve(call, this.stores.of(call.registry.scope));
      throw new RegistryError(404, "UNSUPPORTED", `The local Azure does not support the path /${call.path} of a registry.`);
    });
  }

  /**
   * Returns the response if the network rules reject the caller. A request to `/v2/` without a token still gets the challenge: `az acr login`
   * reports CONNECTIVITY_REFRESH_TOKEN_ERROR with status 403, so the exchange is what fails (MicrosoftDocs/azure-docs#85239), and Docker
   * reports the text below when it gets a token (docker/build-push-action#1214). The documentation of `az acr check-health`
   * (CONNECTIVITY_FORBIDDEN_ERROR) also mentions 403 for the challenge, so clients must expect both.
   */
  denied(call: RegistryCall): Promise<RegistryAnswer> {
    return answered(() => {
      if (/^v2\/?$/.test(call.path) && call.request.headers.authorization === undefined && call.caller === undefined)
        this.authorization.check(call, undefined);
      const address = (call.request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
      const message = `client with IP '${address}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`;
      throw new RegistryError(403, "DENIED", message);
    });
  }
}

async function answered(act: () => RegistryAnswer | Promise<RegistryAnswer>): Promise<RegistryAnswer> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RegistryError) return error.answer;
    throw error;
  }
}
