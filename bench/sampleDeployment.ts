/** A small deployment, like that of the stack dev. */
export function sampleDeployment(weight: number) {
  return {
    vllm: {
      model: "Qwen/Qwen2.5-0.5B-Instruct",
      revision: "7ae557604adf67be50417f59c2c2f167def9a775",
      source: "hub",
      servedName: "chat",
      context: "8k",
      concurrencyPerInstance: 8,
    },
    size: "Standard_NC4as_T4_v3",
    instances: 1,
    weight,
  };
}
