import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { manifestDigest, manifestFileName, manifestText, type WeightFile } from "../../planner/weights/manifest";

/** Weights as Azure mounts them. */
export interface Staged {
  /** The value of AZUREML_MODEL_DIR. */
  readonly mounted: string;
  /** The value of MOOR_MANIFEST. */
  readonly manifest: string;
  readonly files: readonly WeightFile[];
}

export async function stage(model: string, home: string): Promise<Staged> {
  const mounted = path.join(home, "mount");
  const folder = path.join(mounted, "0".repeat(40));
  fs.cpSync(model, folder, { recursive: true });
  const files = fs.readdirSync(folder).map((name): WeightFile => {
    const content = fs.readFileSync(path.join(folder, name));
    return { path: name, size: content.length, sha256: createHash("sha256").update(content).digest("hex") };
  });
  fs.writeFileSync(path.join(folder, manifestFileName), manifestText(files));
  return { mounted, manifest: manifestDigest(files), files };
}
