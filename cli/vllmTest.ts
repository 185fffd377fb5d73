/**
 * `npm run test:vllm`: serves a small real model with real vLLM behind the local Azure. Downloads several gigabytes at its first run.
 * @throws Error that states what differs from what is expected
 */
export async function vllmTest(): Promise<void> {
  const { serveWithVllm } = require("../tests/vllm") as typeof import("../tests/vllm");
  await serveWithVllm((line) => console.log(line));
}
