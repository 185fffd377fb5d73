// Proves what a preview takes an output for that can't change while its resource exists. That the preview of a real stack then shows what the
// run does is tests/e2e/life's to show.
import * as pulumi from "@pulumi/pulumi";
import { foreseen, kept } from "../../../components/base/outputs";
import { resolved } from "../../../components/base/resolved";
import { serveAzure } from "../../azure/fakeArm";
import { record } from "../recorder";

const vault = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";
const unknown = pulumi.unknown as string;

interface Case {
  readonly preview: boolean;
  readonly id: string;
  /** What the resource itself says. */
  readonly said: string;
  /** What Azure says when asked. @default - the reading fails */
  readonly read?: string;
}

async function keptValue({ preview, id, said, read }: Case): Promise<{ value: string; asked: string[] }> {
  const azure = await serveAzure({ [vault]: read === undefined ? 403 : { name: read } });
  const work = () => {
    const resource = Object.assign(new pulumi.ComponentResource("tests:index:Made", "made"), { id: pulumi.output(id) });
    const output = kept(resource as unknown as pulumi.CustomResource, pulumi.output(said), ({ name }: { name: string }) => name);
    return resolved<string>(output);
  };
  const { result } = await record(work, { preview }).finally(() => azure.close());
  return { value: result as string, asked: azure.reads };
}

const cases: [what: string, Case, value: string, asked: string[]][] = [
  ["known in a preview, it is that", { preview: true, id: vault, said: "said", read: "read" }, "said", []],
  ["unknown in the preview of an update, it is read", { preview: true, id: vault, said: unknown, read: "read" }, "read", [vault]],
  ["unknown in the preview of a creation, it stays so", { preview: true, id: unknown, said: unknown, read: "read" }, unknown, []],
  ["unknown and not to be read, it stays so", { preview: true, id: vault, said: unknown }, unknown, [vault]],
  ["in a run, it is what the run yields", { preview: false, id: vault, said: "said", read: "read" }, "said", []],
];
test.each(cases)("Where an output is %s.", async (_, from, value, asked) => {
  expect(await keptValue(from)).toEqual({ value, asked });
});

const foreseenCases: [what: string, preview: boolean, said: string, value: string, expected: string][] = [
  ["known in a preview, it is that", true, "said", "foreseen", "said"],
  ["unknown in the preview of a creation, it is what the inputs make it", true, unknown, "foreseen", "foreseen"],
  ["unknown as its inputs are, it stays so", true, unknown, unknown, unknown],
  ["in a run, it is what the run yields", false, "said", "foreseen", "said"],
];
test.each(foreseenCases)("Where an id is %s.", async (_, preview, said, value, expected) => {
  const make = () => {
    const resource = new pulumi.ComponentResource("tests:index:Made", "made");
    return resolved<string>(foreseen(resource, pulumi.output(said), pulumi.output(value)));
  };
  expect((await record(make, { preview })).result).toBe(expected);
});

test.each([true, false])("What takes a foreseen value depends on its resource (preview %s).", async (preview) => {
  const { result } = await record(
    async () => {
      const resource = new pulumi.ComponentResource("tests:index:Made", "made");
      const said = pulumi.output(preview ? unknown : "said");
      const taken = foreseen(resource, preview ? said : resource.urn, "foreseen") as unknown as pulumi.OutputInstance<string>;
      const dependencies = await (taken as unknown as { allResources(): Promise<Set<pulumi.Resource>> }).allResources();
      return dependencies.has(resource);
    },
    { preview },
  );
  expect(result).toBe(true);
});
