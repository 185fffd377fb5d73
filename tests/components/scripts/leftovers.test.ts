// Proves that `up` removes the mirror scripts of its stack, running ones after their containers, and that a preview removes nothing. The removal in
// a run of the real engine is in tests/e2e/mirrorViaAzure.test.ts.
import * as pulumi from "@pulumi/pulumi";
import { removeLeftScripts } from "../../../components/scripts";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";
import { group } from "../fixtures";
import { record } from "../recorder";

const scripts = `${group}/providers/Microsoft.Resources/deploymentScripts`;
const containers = `${group}/providers/Microsoft.ContainerInstance/containerGroups`;

const script = (name: string, provisioningState: string, stack = "dev") => ({
  id: `${scripts}/${name}`,
  name,
  tags: { "moor-stack": stack },
  properties: { provisioningState },
});

const listed = [
  script("moor-mirror-dev-a-00000001", "Running"),
  script("moor-mirror-dev-b-00000002", "Failed"),
  script("moor-mirror-prod-c-00000003", "Running", "prod"),
  script("theirs", "Running"),
];

class Group extends pulumi.ComponentResource {
  readonly id = pulumi.output(group);

  constructor() {
    super("test:index:Group", "group");
  }
}

let azure: FakeAzure;
let logged: string[];
async function up(shown: Record<string, object | number>, preview = false): Promise<void> {
  azure = await serveAzure(shown);
  logged = [];
  for (const level of ["info", "warn"] as const)
    jest.spyOn(pulumi.log, level).mockImplementation(async (...[text]) => void logged.push(text));
  await record(() => ({ removed: removeLeftScripts({ stack: "dev", resourceGroup: new Group() }) }), { preview });
}
afterEach(async () => {
  jest.restoreAllMocks();
  await azure.close();
});

const shown = () => ({
  [scripts]: { value: listed },
  ...Object.fromEntries(listed.map((one) => [one.id, one])),
  ...Object.fromEntries(listed.map((one) => [`DELETE ${one.id}`, {}])),
  [`DELETE ${containers}/moor-mirror-dev-a-00000001`]: {},
});

test("Only the mirror scripts of the stack are removed, a running one after its container.", async () => {
  await up(shown());
  expect(azure.writes).toEqual([
    `DELETE ${containers}/moor-mirror-dev-a-00000001`,
    `DELETE ${scripts}/moor-mirror-dev-a-00000001`,
    `DELETE ${scripts}/moor-mirror-dev-b-00000002`,
  ]);
  expect(logged).toEqual(
    ["moor-mirror-dev-a-00000001", "moor-mirror-dev-b-00000002"].map(
      (name) => `Removing the script ${name}, which a run of \`npm run mirror\` left. The next run continues its work.`,
    ),
  );
});

test("A preview removes nothing.", async () => {
  await up(shown(), true);
  expect([azure.reads, azure.writes]).toEqual([[], []]);
});

test("A script that can't be removed is a warning, not an error.", async () => {
  await up({ [scripts]: 403 });
  expect(logged).toEqual([
    expect.stringMatching(/^Scripts of `npm run mirror` could not be removed\. The next run removes them\. Azure answered 403/),
  ]);
});
