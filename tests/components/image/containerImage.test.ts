// Proves the environment version's name, body and options, of an image in the registry. Doesn't prove that an image is pulled.
import { ContainerImage, type ContainerImageArgs, environmentVersion } from "../../../components/image/containerImage";
import { vllmDecision, workspace } from "../fixtures";
import { armRequest, find, listing, record, SUBSCRIPTION, schemaErrors } from "../recorder";

const { image, routes } = vllmDecision;
const base: ContainerImageArgs = {
  workspace,
  stack: "prod",
  endpoint: "chat",
  loginServer: "cr.azurecr.io",
  image,
  routes,
  tags: { owner: "ml" },
};
const make = (args: Partial<ContainerImageArgs> = {}, preview = false) =>
  record(() => new ContainerImage("image", { ...base, ...args }), { preview });
const reference = `cr.azurecr.io/moor/vllm@${image.digest}`;

test.each([false, true])("An image by digest is one environment version, an untyped resource (preview %s).", async (preview) => {
  const recording = await make({}, preview);
  expect(listing(recording)).toEqual(["image-environment: resources:Resource", "image: moor:index:ContainerImage"].sort());
});

test("The version contains the image by digest and the routes, including `/`, and ARM's schema accepts it.", async () => {
  const recording = await make();
  const environment = find(recording, "image-environment");
  expect(armRequest(environment)).toEqual({
    id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw/environments/prod-chat/versions/${environmentVersion(reference, routes)}`,
    body: {
      properties: {
        image: reference,
        osType: "Linux",
        inferenceConfig: {
          livenessRoute: { path: "/health", port: 8000 },
          readinessRoute: { path: "/health", port: 8000 },
          scoringRoute: { path: "/", port: 8000 },
        },
        tags: { owner: "ml" },
      },
    },
  });
  expect(environment.inputs.apiVersion).toBe("2025-12-01");
  expect(environment.deleteBeforeReplace).toBe(false);
  // The schema's pattern for a path is the reason for the untyped resource; `/` violates only this pattern.
  expect(schemaErrors(environment)).toEqual([
    'image-environment/properties/inferenceConfig/scoringRoute/path must match pattern "[a-zA-Z0-9_]"',
  ]);
});

test("The version's name depends only on the image and the routes.", () => {
  const version = environmentVersion(reference, routes);
  expect(version).toMatch(/^[0-9a-f]{16}$/);
  expect(environmentVersion(reference, { scoring: "/", readiness: "/health", liveness: "/health", port: 8000 })).toBe(version);
  expect(environmentVersion(`${reference}0`, routes)).not.toBe(version);
  expect(environmentVersion(reference, { ...routes, scoring: "/v1" })).not.toBe(version);
});

test("A transform changes the environment last.", async () => {
  const environment = (args: { properties?: { description?: string } }) => {
    args.properties!.description = "mine";
  };
  const recording = await make({ transform: { environment } });
  expect(armRequest(find(recording, "image-environment")).body.properties).toMatchObject({ description: "mine", osType: "Linux" });
});

describe("An image that was built", () => {
  const inputs = `sha256:${"e".repeat(64)}`;
  const kept = { repository: "moor/vllm", inputs };

  test("is used by its digest if that is recorded", async () => {
    const environment = find(await make({ image: { ...kept, digest: image.digest } }), "image-environment");
    expect(environment).toEqual(find(await make(), "image-environment"));
  });

  test.each([false, true])("without a recorded digest, keeps an existing version and rejects a new one (preview %s)", async (preview) => {
    const recording = await record(() => new ContainerImage("image", { ...base, image: kept }), { preview, runHooks: /-digest$/ });
    expect(find(recording, "image-environment").ignoreChanges).toEqual(["resourceName", "properties.image"]);
    expect(recording.refusals).toEqual([
      "image: the digest of the image moor/vllm:moor-eeeeeeeeeeeeeeee is not known, because the files that it was built from have changed. " +
        "Restore the files of that build, or remove the deployment that uses the image.",
    ]);
  });
});
