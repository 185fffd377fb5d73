/** The step of a task that publishes a layered image. It writes the same bytes as the registry client, so the digest is the same. */
import * as fs from "node:fs";
import * as path from "node:path";
import { secretFiles, secretText } from "../../azure/containerRegistry";
import type { ImageReference } from "../../planner/decision";
import { imageTag, type LayeredImage } from "../../planner/image";

/** Timeout of the step, in seconds. The default of 600 is too short for a slow registry. Source: Azure docs, tasks-reference-yaml. */
const stepSeconds = 3600;

/** Folder of the volume in the container of the step. */
const folder = "/moor";

/** Joins the pieces of the files in a folder of the container, and runs publish.py there. See `secretFiles` for the pieces. */
const start = `import base64, os, runpy, sys, tempfile
source, target = os.path.dirname(sys.argv[0]), tempfile.mkdtemp()
texts = dict()
for name in sorted(os.listdir(source)):
    stem, dot, number = name.rpartition(".")
    if number.isdigit():
        with open(os.path.join(source, name)) as piece:
            texts[stem] = texts.get(stem, "") + piece.read()
for name, text in texts.items():
    with open(os.path.join(target, name), "wb") as file:
        file.write(base64.b64decode(text))
sys.argv = [os.path.join(target, "publish.py")] + sys.argv[1:] + [target]
runpy.run_path(sys.argv[0], run_name="__main__")
`;

/**
 * Returns the YAML of the task. A secret volume contains the files, because a task can't receive files in another way without an upload.
 * The files are not secret. The image of the step is that of the alias `az`, which contains Python 3; Microsoft's registry serves it.
 * Source: Azure docs, tasks-reference-yaml; Azure/acr-builder, docs/tasks-with-secret-mounts.md and graph/global-defaults-linux.go.
 */
export function taskYaml({ repository, ...image }: ImageReference, { manifest, config, layer }: LayeredImage): string {
  const files: Readonly<Record<string, Uint8Array>> = {
    "publish.py": fs.readFileSync(path.join(__dirname, "publish.py")),
    "manifest.json": manifest.bytes,
    "config.json": config.bytes,
    ...(isInManifest(layer.digest, manifest.bytes) ? { "layer.tar": layer.bytes } : {}),
  };
  const pieces = Object.entries(files).map(([name, bytes]) => secretFiles(name, bytes));
  const secret = Object.assign({ "start.py": secretText(start) }, ...pieces) as Readonly<Record<string, string>>;
  const tag = imageTag({ repository, ...image });
  return yaml().stringify(
    {
      version: "v1.1.0",
      stepTimeout: stepSeconds,
      volumes: [{ name: "moor", secret }],
      steps: [
        {
          id: "publish",
          // The agent replaces the expression with the registry's host name. ARM doesn't evaluate it.
          cmd: `az ${folder}/start.py {{.Run.Registry}} ${repository} ${tag}`,
          entryPoint: "python3",
          volumeMounts: [{ name: "moor", mountPath: folder }],
        },
      ],
    },
    // A line break in a base64 text would be read as a space.
    { lineWidth: 0 },
  );
}

/** Loaded on use, because most previews contain no task. */
function yaml(): typeof import("yaml") {
  return require("yaml");
}

/** Whether a manifest contains a layer. If a Dockerfile copies nothing, there is none. */
export function isInManifest(digest: string, manifest: Uint8Array): boolean {
  const { layers = [] } = JSON.parse(Buffer.from(manifest).toString()) as { readonly layers?: readonly { readonly digest: string }[] };
  return layers.some((layer) => layer.digest === digest);
}
