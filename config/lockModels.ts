/**
 * The models in a lock file that Moor read from the Hugging Face Hub (`models`): the numbers that the planner uses, by ID and commit. With them,
 * a decision can be made again without a connection, and a preview never sends a request.
 */
import * as z from "zod";
import type { Quantization } from "../facts/models";
import type { CacheLayers, Model, StateDimensions, WeightsFrom } from "../planner/fit/model";
import { type Task, tasks } from "../planner/task";
import { map, oneOf, text } from "./leaves";

// Not only whole numbers, because the planner derives some values, such as the head dimension, by division.
const amount = (error = "a number of at least 0") => z.number({ error }).min(0, { error });
const anyText = z.string({ error: "text" });
const flag = () => z.boolean({ error: "true or false" });

const quantizations = Object.keys({
  ...{ fp8: true, "fp8-block128": true, "modelopt-fp8": true, mxfp4: true, nvfp4: true },
  ...{ awq: true, gptq: true, int4: true, int8: true, nf4: true },
} satisfies Record<Quantization, true>) as [Quantization, ...Quantization[]];
const sources = Object.keys({ log: true, checkpoint: true, parameters: true } satisfies Record<WeightsFrom, true>) as [
  WeightsFrom,
  ...WeightsFrom[],
];

const heads = { layers: amount(), kvHeads: amount(), headDim: amount() };

const state = z.strictObject({
  convElements: amount(),
  convBytes: amount(),
  ssmElements: amount(),
  ssmBytes: amount(),
  heads: z.array(amount(), { error: "a list of numbers" }),
}) satisfies z.ZodType<StateDimensions>;

const windowed = <const Kind extends "sliding" | "chunked">(kind: Kind) =>
  z.strictObject({ kind: z.literal(kind), ...heads, window: amount() });

/** The cache by kind of layer. */
const layers = {
  full: z.strictObject({ kind: z.literal("full"), ...heads }),
  sliding: windowed("sliding"),
  chunked: windowed("chunked"),
  mla: z.strictObject({ kind: z.literal("mla"), layers: amount(), width: amount() }),
  indexer: z.strictObject({ kind: z.literal("indexer"), layers: amount(), width: amount() }),
  state: z.strictObject({ kind: z.literal("state"), layers: amount(), state }),
} satisfies Record<CacheLayers["kind"], z.ZodType<CacheLayers>>;

const cache = z.array(
  z.discriminatedUnion("kind", [layers.full, layers.sliding, layers.chunked, layers.mla, layers.indexer, layers.state], {
    error: "layers of one kind and what each stores per request",
  }),
  { error: "a list of layers" },
);

/** The values of the planner's model. */
const values = {
  architecture: anyText,
  hidden: amount(),
  heads: amount(),
  kvHeads: amount().optional(),
  headDim: amount(),
  layers: amount(),
  cache: cache.describe("Layers that store something per request."),
  intermediate: amount(),
  experts: z.strictObject({ count: amount(), perToken: amount(), intermediate: amount() }, map("count, perToken, intermediate")).optional(),
  vocab: amount(),
  maxModelLen: amount().describe("Maximum context, in tokens."),
  quantization: z.enum(quantizations, { error: quantizations.join(", ") }).optional(),
  vision: flag(),
  tower: z
    .strictObject(
      { hidden: amount(), intermediate: amount(), matrices: amount(), patchInputs: amount(), patchesPerToken: amount() },
      map("hidden, intermediate, matrices, patchInputs, patchesPerToken"),
    )
    .optional(),
  encoder: flag().optional(),
  task: oneOf(tasks).optional() satisfies z.ZodType<Task | undefined>,
  labels: amount().optional(),
  tied: flag().optional(),
  kvCacheDtype: anyText.optional(),
  predictionLayers: z.strictObject({ layers: amount(), bytes: amount() }, map("layers and bytes")).optional(),
  weightBytes: amount().describe("Bytes of the weights that vLLM loads."),
  replicatedBytes: amount(),
  unsplitBytes: amount().optional(),
  paddedExperts: z
    .strictObject(
      { matrices: amount(), hidden: amount(), intermediate: amount(), bytesPerParameter: amount() },
      map("matrices, hidden, intermediate, bytesPerParameter"),
    )
    .optional(),
  weightsFrom: z.enum(sources, { error: sources.join(", ") }),
  activeBytes: amount().describe("Bytes of weights that one token reads."),
  activeParameters: amount(),
  assumptions: z.array(anyText, { error: "a list of sentences" }),
  unmodelled: anyText.optional(),
  // A new property of the model must be recorded as well.
} satisfies { readonly [Key in Exclude<keyof Model, "id">]-?: z.ZodType<Model[Key]> };

export const lockedModel = z.strictObject(
  {
    license: anyText.optional().describe("License ID of the model card."),
    gated: flag().describe("Whether the files require an account that accepted the license."),
    ...values,
  },
  map("gated and the planner's values, and optionally license"),
);

/** A model in a lock file. */
export type LockedModel = z.output<typeof lockedModel>;

const keyForm = /^[^@\s]+@[0-9a-f]{40}$/;

export const lockModels = z
  .record(text(keyForm, "<model ID>@<commit>"), lockedModel, map("<model ID>@<commit> to the facts of a model"))
  .optional()
  .describe("Facts of models that `npm run lock` read from the Hugging Face Hub, by ID and commit.");

type Models = Readonly<Record<string, LockedModel>>;

export function modelKey(id: string, commit: string): string {
  return `${id}@${commit}`;
}

export function splitKey(key: string): { readonly id: string; readonly commit: string } {
  const at = key.lastIndexOf("@");
  return { id: key.slice(0, at), commit: key.slice(at + 1) };
}

/** A model of the planner as the lock file records it. */
export function recordedModel({ id: _, ...model }: Model, facts: Pick<LockedModel, "license" | "gated">): LockedModel {
  return lockedModel.parse(withoutUndefined({ ...facts, ...model }));
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

/** A model that a lock file records. */
export interface FoundModel {
  readonly commit: string;
  readonly recorded: LockedModel;
}

/**
 * Looks up a model.
 * @param commit @default - any commit, for registered models, which have none
 */
export function findLockedModel(models: Models = {}, id: string, commit?: string): FoundModel | undefined {
  const key = Object.keys(models).find((one) => splitKey(one).id === id && (commit === undefined || splitKey(one).commit === commit));
  return key === undefined ? undefined : { commit: splitKey(key).commit, recorded: models[key]! };
}

/** The planner's model. */
export function plannedModel(id: string, { license: _, gated: __, ...model }: LockedModel): Model {
  return { id, ...model };
}
