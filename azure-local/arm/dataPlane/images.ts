import type { Engine } from "../engine";
import { type DataAnswer, type DataService, json, measure } from "./dataService";

function errorAnswer(status: number, code: string, message: string): DataAnswer {
  return json(status, { errors: [{ code, message }] });
}

/** The manifests of an OCI registry. An image exists if its manifest exists. */
export function imageService(engine: Engine): DataService {
  const { contents } = engine;
  return {
    type: "Microsoft.ContainerRegistry/registries",
    host: /^([a-z0-9]+)\.azurecr\.io$/,
    closed: ["DENIED", "client is not allowed access. Refer https://aka.ms/acr/firewall to grant access."],
    errorAnswer,
    serve: async ({ method, path, request, resource }) => {
      const [, repository, reference] = /^v2\/(.+)\/manifests\/([^/]+)$/.exec(path) ?? [];
      if (!repository || !reference)
        return errorAnswer(404, "UNSUPPORTED", "The simulator supports only manifests: /v2/<repository>/manifests/<tag or digest>.");
      if (method === "PUT") {
        const { digest } = await measure(request);
        if (reference.startsWith("sha256:") && reference !== digest)
          return errorAnswer(400, "DIGEST_INVALID", `The digest of the manifest is ${digest}, not ${reference}.`);
        engine.transact(() => contents.putImage(resource.id, repository, reference, digest));
        return { status: 201, headers: { "docker-content-digest": digest } };
      }
      if (method !== "HEAD")
        return errorAnswer(405, "UNSUPPORTED", "The simulator supports PUT and HEAD of manifests. It does not store their bytes.");
      const digest = contents.image(resource.id, repository, reference);
      return digest
        ? { status: 200, headers: { "docker-content-digest": digest } }
        : errorAnswer(404, "MANIFEST_UNKNOWN", `The manifest ${reference} is not found.`);
    },
  };
}
