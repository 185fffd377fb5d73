/** The endpoints in the outputs of a stack. */
import * as z from "zod";
import { apis } from "../../planner/task";
import type { StackPulumi } from "../stackPulumi";
import { NotTested } from "./notTested";

const deployment = z.object({
  name: z.string(),
  task: z.enum(apis),
  model: z.string().optional(),
  adapters: z.array(z.string()).optional(),
  maxTokens: z.number().optional(),
  requestTimeoutSeconds: z.number(),
});

const endpoint = z.object({
  id: z.string().startsWith("/subscriptions/"),
  name: z.string(),
  auth: z.enum(["key", "entra"]),
  deployments: z.record(z.string(), deployment),
});

const outputs = z.object({ endpoints: z.record(z.string(), endpoint).optional() });

/** An endpoint in the outputs of a stack (components/outputs.ts). */
export type EndpointOutput = z.infer<typeof endpoint>;

/** A deployment in the outputs of a stack. */
export type DeploymentOutput = z.infer<typeof deployment>;

/** Endpoints by key. */
export type Endpoints = Readonly<Record<string, EndpointOutput>>;

/** @throws NotTested if the stack has no outputs that can be read */
export async function readOutputs(pulumi: StackPulumi): Promise<Endpoints> {
  const { code, output, errors } = await pulumi.run(["stack", "output", "--json"]);
  const deploy = `\`${up(pulumi)}\``;
  if (code !== 0) {
    throw new NotTested(
      `The outputs of the stack ${pulumi.stack} can't be read:\n${(errors || output).trim()}\nIf the stack doesn't exist yet, create it with ${deploy}.`,
    );
  }
  const read = outputs.safeParse(parsed(output));
  if (!read.success) {
    const where = read.error.issues.map(({ path, message }) => `${path.join(".") || "outputs"}: ${message}`).join("; ");
    throw new NotTested(
      `The outputs of the stack ${pulumi.stack} are not as expected (${where}). If an earlier version of Moor wrote them, run ${deploy}.`,
    );
  }
  return read.data.endpoints ?? {};
}

/**
 * Selects an endpoint, or all endpoints.
 * @param key Key in the stack file. @default - all endpoints
 * @param declared Keys in the stack file.
 * @throws NotTested if there is no such endpoint
 */
export function selectEndpoints(
  pulumi: StackPulumi,
  endpoints: Endpoints,
  key: string | undefined,
  declared: readonly string[],
): Endpoints {
  const deployed = Object.keys(endpoints);
  const deploy = `Run \`${up(pulumi)}\`, which creates it; \`pulumi preview\` says what is missing.`;
  if (key !== undefined && !Object.hasOwn(endpoints, key)) {
    if (declared.includes(key)) throw new NotTested(`The endpoint ${key} is in the stack file, but it is not deployed. ${deploy}`);
    const allowed = deployed.length > 0 ? deployed.join(", ") : "none is deployed";
    throw new NotTested(`--endpoint is "${key}". Endpoints of the stack ${pulumi.stack}: ${allowed}.`);
  }
  if (deployed.length === 0) {
    const which = declared.length === 0 ? "its stack file declares none" : `the stack file declares ${declared.join(", ")}`;
    throw new NotTested(`The stack ${pulumi.stack} has no endpoint in its outputs (${which}). Run \`${up(pulumi)}\` first.`);
  }
  return key === undefined ? endpoints : { [key]: endpoints[key]! };
}

/** The command that deploys a stack. */
export function up({ stack, local }: Pick<StackPulumi, "stack" | "local">): string {
  return local ? `npm run local -- up -s ${stack}` : `pulumi up -s ${stack}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
