/** The parts of recurrent layers: gated delta nets, Mamba, and short convolutions. */
import type { ModelDimensions } from "../config/dimensions";
import { list, number, object } from "../config/read";
import { matrix, type Part, plain } from "./part";

/** The parts of a recurrent layer; undefined if `config.json` doesn't contain its shape. */
export function recurrentParts(dimensions: ModelDimensions, module: string): Part[] | undefined {
  const { text } = dimensions;
  if (number(text, "linear_num_key_heads")) return deltaNet(dimensions, module);
  if (number(text, "mamba_num_heads", "mamba_n_heads")) return secondMamba(dimensions, module);
  if (object(text, "linear_attn_config")) return kimiDelta(dimensions, module);
  if (number(text, "mamba_d_state")) return firstMamba(dimensions, module);
  if (list(text, "attn_type_list")) return lightning(dimensions, module);
  if (number(text, "conv_L_cache")) return shortConvolution(dimensions, module);
  return undefined;
}

function deltaNet({ text, hidden }: ModelDimensions, module: string): Part[] {
  const [keyHeads, valueHeads] = [number(text, "linear_num_key_heads") ?? 0, number(text, "linear_num_value_heads") ?? 0];
  const valueDim = number(text, "linear_value_head_dim") ?? 128;
  const [key, value] = [keyHeads * (number(text, "linear_key_head_dim") ?? 128), valueHeads * valueDim];
  const kernel = number(text, "linear_conv_kernel_dim") ?? 4;
  return [
    matrix(`${module}.in_proj_qkv`, 2 * key + value, hidden),
    matrix(`${module}.in_proj_z`, value, hidden),
    matrix(`${module}.in_proj_b`, valueHeads, hidden),
    matrix(`${module}.in_proj_a`, valueHeads, hidden),
    matrix(`${module}.out_proj`, hidden, value),
    plain(`${module}.conv1d`, (2 * key + value) * kernel),
    plain(`${module}.norm`, valueDim + 2 * valueHeads),
  ];
}

function secondMamba(dimensions: ModelDimensions, module: string): Part[] {
  const { text, hidden } = dimensions;
  const heads = number(text, "mamba_num_heads", "mamba_n_heads") ?? 0;
  const inner = heads * (number(text, "mamba_head_dim", "mamba_d_head") ?? Math.floor((2 * hidden) / Math.max(1, heads)));
  const groups = number(text, "n_groups", "mamba_n_groups") ?? 1;
  const convolved = inner + 2 * groups * (number(text, "ssm_state_size", "mamba_d_state") ?? 128);
  const kernel = number(text, "conv_kernel", "mamba_d_conv") ?? 4;
  return [
    matrix(`${module}.in_proj`, inner + convolved + heads, hidden),
    matrix(`${module}.out_proj`, hidden, inner),
    plain(`${module}.conv1d`, convolved * (kernel + 1)),
    plain(`${module}.norm`, inner + 3 * heads),
  ];
}

function firstMamba({ text, hidden }: ModelDimensions, module: string): Part[] {
  const inner = (number(text, "mamba_expand") ?? 2) * hidden;
  const state = number(text, "mamba_d_state") ?? 16;
  const rank = number(text, "mamba_dt_rank") ?? Math.ceil(hidden / 16);
  return [
    matrix(`${module}.in_proj`, 2 * inner, hidden),
    matrix(`${module}.x_proj`, rank + 2 * state, inner),
    matrix(`${module}.dt_proj`, inner, rank),
    matrix(`${module}.out_proj`, hidden, inner),
    plain(`${module}.conv1d`, inner * ((number(text, "mamba_d_conv") ?? 4) + 1)),
    plain(`${module}.A_log`, inner * state + 2 * inner + rank + 2 * state),
  ];
}

function kimiDelta({ text, hidden }: ModelDimensions, module: string): Part[] {
  const linear = object(text, "linear_attn_config") ?? {};
  const [heads, dim] = [number(linear, "num_heads") ?? 0, number(linear, "head_dim") ?? 128];
  const width = heads * dim;
  const kernel = number(linear, "short_conv_kernel_size") ?? 4;
  const gate =
    linear.use_full_rank_gate === true
      ? [matrix(`${module}.g_proj`, width, hidden)]
      : [matrix(`${module}.g_a_proj`, dim, hidden), matrix(`${module}.g_b_proj`, width, dim)];
  return [
    ...["q_proj", "k_proj", "v_proj"].map((name) => matrix(`${module}.${name}`, width, hidden)),
    matrix(`${module}.f_a_proj`, dim, hidden),
    matrix(`${module}.f_b_proj`, width, dim),
    ...gate,
    matrix(`${module}.b_proj`, heads, hidden),
    matrix(`${module}.o_proj`, hidden, width),
    plain(`${module}.conv1d`, 3 * width * kernel),
    plain(`${module}.norm`, dim + heads + width),
  ];
}

/** MiniMax-Text-01: queries, keys and values of all heads, and a gate for the output. */
function lightning({ hidden, heads, headDim }: ModelDimensions, module: string): Part[] {
  const width = heads * headDim;
  return [
    matrix(`${module}.qkv_proj`, 3 * width, hidden),
    matrix(`${module}.output_gate`, width, hidden),
    matrix(`${module}.out_proj`, hidden, width),
    plain(`${module}.norm`, width),
  ];
}

function shortConvolution({ text, hidden }: ModelDimensions, module: string): Part[] {
  return [
    matrix(`${module}.in_proj`, 3 * hidden, hidden),
    matrix(`${module}.out_proj`, hidden, hidden),
    plain(`${module}.conv`, hidden * (number(text, "conv_L_cache") ?? 3)),
  ];
}
