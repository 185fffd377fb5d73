import { paths } from "../platform";
import { but, type RejectedRequest, type Request, type Scene } from "./rejectedRequest";

const IMPORT = `${paths.registry}/importImage`;
const OTHER = paths.registry.replace(/01$/, "02");
const THIRD = paths.registry.replace(/01$/, "03");
const DIGEST = `sha256:${"d".repeat(64)}`;

/** A body of `importImage` that the simulator accepts. */
export const importBody = {
  source: { registryUri: "docker.io", sourceImage: `vllm/vllm-openai@${DIGEST}` },
  targetTags: ["moor/vllm:1"],
};

const request = (body: unknown): Request => ["POST", IMPORT, body];

function differ(path: string, rejected: unknown, accepted: unknown): Pick<RejectedRequest, "rejected" | "accepted"> {
  return { rejected: () => request(but(importBody, path, rejected)), accepted: () => request(but(importBody, path, accepted)) };
}

async function imported({ caller }: Scene): Promise<void> {
  const answer = await caller.send(...request(importBody));
  await caller.ended(answer);
}

const exports = ({ body }: Scene, status: string) =>
  but(but(body.registry, "properties/publicNetworkAccess", "Disabled"), "properties/policies", { exportPolicy: { status } });
const importFrom = ({ id }: Scene, source: string): Request =>
  request({ ...importBody, source: { resourceId: id(source), sourceImage: `moor/vllm@${DIGEST}` } });

const registry = ({ body }: Scene, options: string) => but(body.registry, "properties/networkRuleBypassOptions", options);

export const importRejections: readonly RejectedRequest[] = [
  { rule: "import-source", answer: "400 InvalidParameters", ...differ("source/resourceId", "/subscriptions/x", undefined) },
  {
    rule: "import-target",
    answer: "400 InvalidParameters",
    rejected: () => request(but(importBody, "targetTags", undefined)),
    accepted: () => request({ source: importBody.source, untaggedTargetRepositories: ["moor/vllm"] }),
  },
  { rule: "import-target-name", answer: "400 InvalidParameters", ...differ("targetTags", ["Moor/vllm:1"], ["moor/vllm:1"]) },
  {
    rule: "import-existing-tag",
    answer: "409 Conflict",
    setup: imported,
    rejected: () => request(importBody),
    accepted: () => request({ ...importBody, mode: "Force" }),
  },
  {
    rule: "import-existing-tag",
    case: "another tag",
    answer: "409 Conflict",
    setup: imported,
    ...differ("targetTags", ["moor/vllm:1", "moor/vllm:2"], ["moor/vllm:2"]),
  },
  {
    rule: "import-export-disabled",
    answer: "403 Forbidden",
    setup: async (scene) => {
      await scene.caller.made(OTHER, exports(scene, "disabled"));
      await scene.caller.made(THIRD, exports(scene, "enabled"));
    },
    rejected: (scene) => importFrom(scene, OTHER),
    accepted: (scene) => importFrom(scene, THIRD),
  },
  {
    rule: "import-export-disabled",
    case: "by the address of the registry",
    answer: "403 Forbidden",
    setup: (scene) => scene.caller.made(OTHER, exports(scene, "disabled")),
    rejected: () => request(but(importBody, "source/registryUri", `${OTHER.split("/").at(-1)}.azurecr.io`)),
    accepted: () => request(importBody),
  },
  {
    rule: "import-trusted-services",
    answer: "403 Forbidden",
    setup: async (scene) => {
      await scene.caller.made(paths.registry, registry(scene, "None"));
      await scene.caller.made(OTHER, registry(scene, "AzureServices"));
    },
    rejected: () => request(importBody),
    accepted: () => ["POST", `${OTHER}/importImage`, importBody],
  },
];
