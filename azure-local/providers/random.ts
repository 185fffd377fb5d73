/** Stand-in for the provider plugin `random`: values are generated once, kept in the state, and replaced when an input changes. */
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { equal } from "./diff";
import type { DiffResult, Provider, ProviderDefinition, WriteRequest } from "./provider";
import { hasUnknown, type Properties, plainProperties, secret, UNKNOWN, type Value, withSecretsOf } from "./wire";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

interface RandomType {
  readonly required: readonly string[];
  readonly defaults: Properties;
  readonly outputs: readonly string[];
  readonly secretOutputs: readonly string[];
  make(inputs: Properties): { id: string; outputs: Properties };
}

const STRING_DEFAULTS: Properties = {
  lower: true,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
  number: true,
  numeric: true,
  special: true,
  upper: true,
};

function pick(alphabet: string, count: number): string[] {
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length)));
}

function shuffled(items: string[]): string[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [result[index], result[other]] = [result[other] ?? "", result[index] ?? ""];
  }
  return result;
}

function randomString(inputs: Properties): string {
  const special = typeof inputs.overrideSpecial === "string" && inputs.overrideSpecial !== "" ? inputs.overrideSpecial : SPECIAL;
  const numeric = inputs.numeric !== false && inputs.number !== false;
  const classes = [
    { used: inputs.lower !== false, minimum: Number(inputs.minLower ?? 0), alphabet: LOWER },
    { used: inputs.upper !== false, minimum: Number(inputs.minUpper ?? 0), alphabet: UPPER },
    { used: numeric, minimum: Number(inputs.minNumeric ?? 0), alphabet: NUMERIC },
    { used: inputs.special !== false, minimum: Number(inputs.minSpecial ?? 0), alphabet: special },
  ];
  const length = Number(inputs.length);
  const alphabet = classes.map(({ alphabet: letters, used }) => (used ? letters : "")).join("");
  const least = classes.flatMap(({ alphabet: letters, minimum }) => pick(letters, minimum));
  if (least.length > length) throw new Error(`length ${length} is less than the sum of the minimums, ${least.length}`);
  if (alphabet === "") throw new Error("the character set specified is empty: allow lower, upper, numeric or special");
  return shuffled([...least, ...pick(alphabet, length - least.length)]).join("");
}

function randomId(inputs: Properties): { id: string; outputs: Properties } {
  const bytes = randomBytes(Number(inputs.byteLength));
  const prefix = typeof inputs.prefix === "string" ? inputs.prefix : "";
  const b64Url = bytes.toString("base64url");
  const outputs = {
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + b64Url,
    dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
    hex: prefix + bytes.toString("hex"),
  };
  return { id: b64Url, outputs };
}

function randomUuid(): { id: string; outputs: Properties } {
  const result = randomUUID();
  return { id: result, outputs: { result } };
}

const types: Readonly<Record<string, RandomType>> = {
  "random:index/randomId:RandomId": {
    required: ["byteLength"],
    defaults: {},
    outputs: ["b64Std", "b64Url", "dec", "hex"],
    secretOutputs: [],
    make: randomId,
  },
  "random:index/randomPassword:RandomPassword": {
    required: ["length"],
    defaults: STRING_DEFAULTS,
    outputs: ["result"],
    secretOutputs: ["result"],
    // The ID of a password must not reveal it.
    make: (inputs) => ({ id: "none", outputs: { result: randomString(inputs) } }),
  },
  "random:index/randomString:RandomString": {
    required: ["length"],
    defaults: STRING_DEFAULTS,
    outputs: ["result"],
    secretOutputs: [],
    make: (inputs) => {
      const result = randomString(inputs);
      return { id: result, outputs: { result } };
    },
  },
  "random:index/randomUuid:RandomUuid": { required: [], defaults: {}, outputs: ["result"], secretOutputs: [], make: randomUuid },
};

function typeOf(token: string): RandomType {
  const type = types[token];
  if (!type) throw new Error(`azure-local does not support the resource type ${token}. It supports ${Object.keys(types).join(", ")}.`);
  return type;
}

function sealed(type: RandomType, outputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]): [string, Value] => [key, type.secretOutputs.includes(key) ? secret(value) : value]),
  );
}

/** Each change replaces the resource. This is the purpose of `keepers`. */
function diff(oldInputs: Properties, news: Properties): DiffResult {
  const [old, next] = [plainProperties(oldInputs), plainProperties(news)];
  const changed = [...new Set([...Object.keys(old), ...Object.keys(next)])].filter((key) => !equal(old[key], next[key]));
  const kindOf = (key: string) => (key in old ? (key in next ? "update" : "delete") : "add");
  return { differences: new Map(changed.map((key) => [key, { kind: kindOf(key), replace: true }])), deleteBeforeReplace: false };
}

class Random implements Provider {
  cancel(): void {}

  async check({ news, type }: { news: Properties; type: string }) {
    const { required } = typeOf(type);
    const failures = required.filter((name) => news[name] === undefined).map((name) => `missing required property '${name}'`);
    return { inputs: news, failures };
  }

  diff({ news, oldInputs }: { news: Properties; oldInputs: Properties }): DiffResult {
    return diff(oldInputs, news);
  }

  async create(request: WriteRequest) {
    const type = typeOf(request.type);
    const inputs = { ...type.defaults, ...plainProperties(request.inputs) };
    if (request.preview || hasUnknown(inputs)) {
      const unknown = Object.fromEntries(type.outputs.map((name) => [name, UNKNOWN]));
      return { id: "", state: withSecretsOf({ ...inputs, ...sealed(type, unknown) }, request.inputs) as Properties };
    }
    const { id, outputs } = type.make(inputs);
    return { id, state: withSecretsOf({ ...inputs, ...sealed(type, outputs) }, request.inputs) as Properties };
  }

  async read({ id, inputs, state }: { id: string; inputs: Properties | undefined; state: Properties }) {
    return { id, inputs: inputs ?? {}, state };
  }

  async update({ state }: { state: Properties }) {
    return state;
  }

  async delete(): Promise<void> {}

  async invoke(token: string): Promise<Properties> {
    throw new Error(`azure-local does not support the function ${token}.`);
  }
}

export const random: ProviderDefinition = { name: "random", version: "4.21.2", configure: () => new Random() };
