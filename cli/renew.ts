import { renewBase } from "../operations/renew/base";
import { renewVllm } from "../operations/renew/vllm";
import { root } from "./stackFiles";

/** `npm run renew -- base`: saves the manifest and configuration of a base image next to its Dockerfile. */
export async function base(folder: string, { image }: { readonly image?: string }): Promise<void> {
  for (const note of await renewBase({ folder, image, environment: process.env })) console.log(note);
}

/** `npm run renew -- vllm`: moves docker/vllm and the table of flags to another version of vLLM. */
export async function vllm(version: string, { variant }: { readonly variant?: string }): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const report = (line: string) => console.log(line);
  for (const note of await renewVllm({ version, variant, root, environment: process.env, report, today })) console.log(note);
}
