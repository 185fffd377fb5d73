/** Properties that Azure accepts only when a resource is created. */
import { isDeepStrictEqual } from "node:util";
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { idOfInputs, resourceTypes, type TypedResourceName } from "../../azure/resourceTypes";
import { azureOf } from "./azure";
import { resolved } from "./resolved";

/** A creation-only property that the stack file doesn't set. */
export interface CreationChoice<Value> {
  /** The value of a new resource. */
  readonly default: Value;
  /** Selects the value of an existing resource in the body that Azure returns. */
  readonly existing: (body: ArmBody) => Value;
}

interface ArmBody {
  readonly properties?: Readonly<Record<string, unknown>>;
}

type Choices<Args> = { readonly [Key in keyof Args]?: CreationChoice<Args[Key]> };

/**
 * Returns the constructor arguments of a resource with its creation-only properties. A new resource gets the defaults. An existing one keeps
 * its values, because an older version of Moor could have created it with others, and Azure rejects the change. They are read from Azure,
 * so that the rules review the values of the existing resource, and its differences are ignored. If the resource can't be read, the rules
 * review the defaults.
 *
 * A value that a transform changed is compared with the existing resource like any other argument, so that a change is visible to resource
 * hooks as a difference between old and new inputs.
 * @param choices The properties that the stack file doesn't set. In the arguments, they have their default values.
 */
export function creationOnly<Args extends object>(
  type: TypedResourceName,
  [name, args, opts]: [string, Args, pulumi.CustomResourceOptions],
  choices: Choices<Args>,
): [string, Args, pulumi.CustomResourceOptions] {
  const open = (Object.keys(choices) as (keyof Args & string)[]).filter((key) => isDeepStrictEqual(args[key], choices[key]?.default));
  if (open.length === 0) return [name, args, opts];
  const body = existingBody(type, args, opts.parent);
  const values = open.map((key) => [key, body.apply((is) => (is === undefined ? choices[key]!.default : choices[key]!.existing(is)))]);
  return [name, { ...args, ...Object.fromEntries(values) }, pulumi.mergeOptions(opts, { ignoreChanges: open })];
}

/** The resource that Azure has under the ID that the arguments describe. Undefined if it doesn't exist, or if its ID isn't known yet. */
function existingBody(type: TypedResourceName, args: object, parent: pulumi.Resource | undefined): pulumi.Output<ArmBody | undefined> {
  const { subscriptionId } = authorization.getClientConfigOutput({ parent });
  const read = async (): Promise<ArmBody | undefined> => {
    const row = resourceTypes[type];
    const parameters = [...row.idTemplate.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter!);
    const given = { ...args, subscriptionId } as Readonly<Record<string, unknown>>;
    const known = await resolved<Record<string, string>>(Object.fromEntries(parameters.map((parameter) => [parameter, given[parameter]])));
    if (pulumi.containsUnknowns(known)) return undefined;
    const id = idOfInputs(row, known, known.subscriptionId ?? "");
    if (id === undefined) return undefined;
    return azureOf(parent)
      .find<ArmBody>(id)
      .catch(() => undefined);
  };
  return pulumi.output(read()) as pulumi.Output<ArmBody | undefined>;
}
