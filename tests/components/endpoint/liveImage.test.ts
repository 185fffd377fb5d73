// Proves that a run doesn't change the image of a deployment that exists. Doesn't prove that the engine runs the hook before it replaces an
// environment version: tests/e2e/imageCommand does.
import * as pulumi from "@pulumi/pulumi";
import { InferenceEndpoint } from "../../../components/endpoint/inferenceEndpoint";
import { Workspace } from "../../../components/workspace/workspace";
import type { ImageReference } from "../../../planner/decision";
import { serveAzure } from "../../azure/fakeArm";
import { group, scoreDecision } from "../fixtures";
import { find, record } from "../recorder";

const [inputs, digest, other] = ["a", "d", "e"].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string, string];
const built: ImageReference = { repository: "moor/score", inputs, digest };
const name = scoreDecision.name;
const workspaceId = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-prod-x7k2p9`;
const endpointId = `${workspaceId}/onlineEndpoints/fraud-prod-x7k2p9`;
const environmentId = `${workspaceId}/environments/prod-fraud/versions/0123456789abcdef`;

interface Live {
  readonly image?: ImageReference;
  readonly deployment?: string;
  /** Digest that the deployment in Azure runs. @default - its environment version doesn't exist */
  readonly runs?: string;
  readonly preview?: boolean;
}

/** Declares an endpoint with one deployment, runs the hooks of its environment version, and returns their errors and the requests. */
async function make({ image = built, deployment = name, runs, preview = false }: Live) {
  const environment = { properties: { image: `crprod.azurecr.io/moor/score@${runs}` } };
  const azure = await serveAzure({
    [`${endpointId}/deployments`]: { value: [{ name: deployment, properties: { environmentId } }] },
    ...(runs === undefined ? {} : { [environmentId]: environment }),
  });
  const program = () => {
    const workspace = new Workspace("platform", { stack: "prod", suffix: "x7k2p9", resourceGroupName: "rg", location: "swedencentral" });
    // In a preview of a stack that exists, its ID is known.
    Object.assign(workspace, { id: pulumi.output(workspaceId), loginServer: pulumi.output("crprod.azurecr.io") });
    const decision = { ...scoreDecision, image };
    return new InferenceEndpoint("fraud", {
      ...{ stack: "prod", endpointName: "fraud-prod-x7k2p9", resourceGroupName: "rg", workspace, auth: "key" },
      deployments: [{ label: "main", decision, instances: 1, weight: 100, mirror: 0 }],
    });
  };
  const recording = await record(program, { preview, runHooks: /-digest-check$/ }).finally(() => azure.close());
  const hooks = recording.resources
    .filter(({ type }) => type.endsWith("resources:Resource"))
    .flatMap(({ hooks }) => hooks.beforeCreate ?? []);
  return { refusals: recording.refusals, hooks, reads: azure.reads, recording };
}

test.each([false, true])(
  "Another digest than the one that the deployment runs is rejected, with the way out (preview %s).",
  async (preview) => {
    const { refusals } = await make({ runs: other, preview });
    expect(refusals).toEqual([
      `fraud: the deployment ${name} runs the image ${other}, and this run would change it to ${digest}. Allowed: the image that it runs, because ` +
        "the image of a deployment never changes under its name. To keep it, run `npm run image -- -s prod --local`, which writes its digest to the lock " +
        "file. To deploy another image, change an input of the build, for example a comment in the Dockerfile, run `npm run lock -- -s prod`, then build " +
        "the image as before.",
    ]);
  },
);

test("An image whose digest can't be read is rejected.", async () => {
  expect((await make({})).refusals).toEqual([
    expect.stringContaining(`${name} runs an image whose digest can't be read, and this run would`),
  ]);
});

test.each<[string, Live]>([
  ["The same digest", { runs: digest }],
  ["A deployment with another name", { deployment: "main-00000000", runs: other }],
])("%s is accepted.", async (_, live) => {
  expect((await make(live)).refusals).toEqual([]);
});

test("The check is not in the component's state.", async () => {
  const { recording } = await make({ runs: digest });
  const [component] = recording.resources.filter(({ type }) => type === "moor:index:ContainerImage");
  expect(Object.keys(component!.inputs)).not.toContain("checks");
  expect(find(recording, `${component!.name}-environment`).hooks.beforeCreate).toEqual([`${component!.name}-digest-check`]);
});

test("An image by digest needs no check: its digest is part of the name.", async () => {
  const { hooks, reads } = await make({ image: { repository: "moor/score", digest }, runs: other });
  expect([hooks, reads.filter((id) => id === `${endpointId}/deployments`)]).toEqual([[], []]);
});
