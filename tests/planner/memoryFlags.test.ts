// Proves that every flag of the pinned vLLM has one class: planned with, refused, or without an effect on memory. Does not prove that a flag
// without an effect has none: the classes were made by reading vLLM's source.

import { vllmFlag } from "../../facts/vllm";
import cli from "../../facts/vllm-cli.json";
import { engineSettings } from "../../planner/explicitFlags";
import { otherFlags, plannedFlags, refusedFlags } from "../../planner/memoryFlags";

const named = cli.flags.map(({ flags }) => flags.find((flag) => flag.startsWith("--"))!.slice(2));
const classified = [...plannedFlags, ...Object.keys(refusedFlags), ...otherFlags];

test("each flag of the table is classified exactly once, and no other", () => {
  expect([...classified].sort()).toEqual([...named].sort());
  expect(classified).toHaveLength(312);
});

test("each refused flag is a problem with a value that changes memory, and not with vLLM's own default", () => {
  // A value for each kind of flag that no class of harmless values contains.
  const harmful = (flag: string) => (vllmFlag(`--${flag}`)!.nargs === 0 ? true : 1024);
  for (const flag of Object.keys(refusedFlags)) {
    expect([flag, engineSettings({ [flag]: harmful(flag) }).problems.map(({ code }) => code)]).toEqual([flag, ["MOOR143"]]);
  }
  for (const [flag, value] of [
    ...[
      ["dtype", "bfloat16"],
      ["max-cudagraph-capture-size", 256],
      ["cudagraph-capture-sizes", "1 2 4"],
      ["nnodes", 1],
    ],
    ...[
      ["hf-overrides", '{"rope_scaling": {"rope_type": "yarn"}}'],
      ["enable-eplb", false],
      ["mamba-cache-mode", "align"],
    ],
  ] as const) {
    expect([flag, engineSettings({ [flag!]: value! }).problems]).toEqual([flag, []]);
  }
});

test("a flag without an effect on memory changes no setting", () => {
  for (const flag of otherFlags) expect([flag, engineSettings({ [flag]: "1" })]).toEqual([flag, { settings: {}, problems: [] }]);
});
