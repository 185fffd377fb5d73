import type { Engine } from "../engine";
import { type DataAnswer, type DataService, json, measure } from "./dataService";

function refuse(status: number, code: string, message: string): DataAnswer {
  return json(status, { errors: [{ code, message }] });
}

/** The manifests of an OCI registry: an image is there when its manifest is. */
export function imageService(engine: Engine): DataService {
  const { contents } = engine;
  return {
    type: "Microsoft.ContainerRegistry/registries",
    host: /^([a-z0-9]+)\.azurecr\.io$/,
    closed: ["DENIED", "client is not allowed access. Refer https://aka.ms/acr/firewall to grant access."],
    refuse,
    serve: async ({ method, path, request, resource }) => {
      const [, repository, reference] = /^v2\/(.+)\/manifests\/([^/]+)$/.exec(path) ?? [];
      if (!repository || !reference)
        return refuse(404, "UNSUPPORTED", "Only manifests are taken here: /v2/<repository>/manifests/<tag or digest>.");
      if (method === "PUT") {
        const { digest } = await measure(request);
        if (reference.startsWith("sha256:") && reference !== digest)
          return refuse(400, "DIGEST_INVALID", `The manifest's digest is ${digest}, and ${reference} was given.`);
        engine.transact(() => contents.putImage(resource.id, repository, reference, digest));
        return { status: 201, headers: { "docker-content-digest": digest } };
      }
      if (method !== "HEAD") return refuse(405, "UNSUPPORTED", "Manifests are put and looked for (HEAD) here; their bytes are not kept.");
      const digest = contents.image(resource.id, repository, reference);
      return digest
        ? { status: 200, headers: { "docker-content-digest": digest } }
        : refuse(404, "MANIFEST_UNKNOWN", `The manifest ${reference} is not found.`);
    },
  };
}
