/** Inputs of a resource as the rules read them. */
import * as pulumi from "@pulumi/pulumi";
import { type Body, SECRET, UNKNOWN, type Value } from "../../rules";

/** Inputs in two forms: for decisions and for texts. */
export interface PlannedInputs {
  /** With the values of secrets: rules decide by them, so that a secret isn't a way around a rule. No text may contain them. */
  readonly exact: Body;
  /** With SECRET in place of secrets: for the texts of findings. The same object as `exact` if there are no secrets. */
  readonly shown: Body;
}

/** Returns the inputs that a transform or a hook gets from the engine. Values that are known only during the update are UNKNOWN. */
export async function plannedInputs(inputs: Readonly<Record<string, unknown>>): Promise<PlannedInputs> {
  const exact = new Reading(false);
  const body = await exact.object(inputs);
  return { exact: body, shown: exact.metSecret ? await new Reading(true).object(inputs) : body };
}

class Reading {
  metSecret = false;

  constructor(private readonly masks: boolean) {}

  async object(value: Readonly<Record<string, unknown>>): Promise<Body> {
    const entries = Object.entries(value).map(async ([key, item]) => [key, await this.value(item)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  private async value(value: unknown): Promise<Value> {
    if (pulumi.isUnknown(value)) return UNKNOWN;
    if (pulumi.Output.isInstance(value)) return this.output(value);
    // Where an object contains a secret, the SDK marks the outermost object of its property.
    if (pulumi.runtime.isRpcSecret(value)) return this.secret(pulumi.runtime.unwrapRpcSecret(value));
    if (Array.isArray(value)) return Promise.all(value.map((item) => this.value(item)));
    if (isObject(value)) return this.object(value);
    return isScalar(value) ? value : undefined;
  }

  private async output(output: pulumi.Output<unknown>): Promise<Value> {
    // The SDK has these properties, but omits them from its types.
    const { isSecret, isKnown, promise } = output as unknown as ResolvedOutput;
    if (!(await isKnown)) return UNKNOWN;
    const value = await promise(true);
    return (await isSecret) ? this.secret(value) : this.value(value);
  }

  private async secret(value: unknown): Promise<Value> {
    this.metSecret = true;
    return this.masks ? SECRET : this.value(value);
  }
}

interface ResolvedOutput {
  readonly isSecret: Promise<boolean>;
  readonly isKnown: Promise<boolean>;
  readonly promise: (withUnknowns: true) => Promise<unknown>;
}

/** Assets and archives are not plain objects. No rule reads them. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
