// Proves the values of immutable outputs in a preview. That the preview of a real stack then shows what the
// run does is proved in tests/e2e/life.
import * as pulumi from "@pulumi/pulumi";
import { immutableOutput, plannedOutput } from "../../../components/base/outputs";
import { resolved } from "../../../components/base/resolved";
import { serveAzure } from "../../azure/fakeArm";
import { record } from "../recorder";

const vault = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";
const unknown = pulumi.unknown as string;

interface Case {
  readonly preview: boolean;
  readonly id: string;
  /** Output of the resource. */
  readonly said: string;
  /** Value in Azure. @default - the read fails */
  readonly read?: string;
}

async function keptValue({ preview, id, said, read }: Case): Promise<{ value: string; asked: string[] }> {
  const azure = await serveAzure({ [vault]: read === undefined ? 403 : { name: read } });
  const work = () => {
    const resource = Object.assign(new pulumi.ComponentResource("tests:index:Made", "made"), { id: pulumi.output(id) });
    const output = immutableOutput(resource as unknown as pulumi.CustomResource, pulumi.output(said), ({ name }: { name: string }) => name);
    return resolved<string>(output);
  };
  const { result } = await record(work, { preview }).finally(() => azure.close());
  return { value: result as string, asked: azure.reads };
}

const cases: [what: string, Case, value: string, asked: string[]][] = [
  ["known in a preview, the value is the output", { preview: true, id: vault, said: "said", read: "read" }, "said", []],
  [
    "unknown in the preview of an update, the value is read from Azure",
    { preview: true, id: vault, said: unknown, read: "read" },
    "read",
    [vault],
  ],
  [
    "unknown in the preview of a creation, the value stays unknown",
    { preview: true, id: unknown, said: unknown, read: "read" },
    unknown,
    [],
  ],
  ["unknown and can't be read, the value stays unknown", { preview: true, id: vault, said: unknown }, unknown, [vault]],
  ["used in a run, the value is the output", { preview: false, id: vault, said: "said", read: "read" }, "said", []],
];
test.each(cases)("If an output is %s.", async (_, from, value, asked) => {
  expect(await keptValue(from)).toEqual({ value, asked });
});

const foreseenCases: [what: string, preview: boolean, said: string, value: string, expected: string][] = [
  ["known in a preview, the value is the output", true, "said", "foreseen", "said"],
  ["unknown in the preview of a creation, the value is the planned one", true, unknown, "foreseen", "foreseen"],
  ["unknown like its inputs, the value stays unknown", true, unknown, unknown, unknown],
  ["used in a run, the value is the output", false, "said", "foreseen", "said"],
];
test.each(foreseenCases)("If an ID is %s.", async (_, preview, said, value, expected) => {
  const make = () => {
    const resource = new pulumi.ComponentResource("tests:index:Made", "made");
    return resolved<string>(plannedOutput(resource, pulumi.output(said), pulumi.output(value)));
  };
  expect((await record(make, { preview })).result).toBe(expected);
});

test.each([true, false])("A user of a planned value depends on its resource (preview %s).", async (preview) => {
  const { result } = await record(
    async () => {
      const resource = new pulumi.ComponentResource("tests:index:Made", "made");
      const said = pulumi.output(preview ? unknown : "said");
      const taken = plannedOutput(resource, preview ? said : resource.urn, "foreseen") as unknown as pulumi.OutputInstance<string>;
      const dependencies = await (taken as unknown as { allResources(): Promise<Set<pulumi.Resource>> }).allResources();
      return dependencies.has(resource);
    },
    { preview },
  );
  expect(result).toBe(true);
});
