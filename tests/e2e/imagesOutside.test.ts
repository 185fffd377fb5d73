// Proves with the real engine that from a machine that can't reach the registry, an image that is layered by the registry's API or built is
// refused in the preview before anything is created, and that the two commands of the refusal create the stack. Doesn't prove how a real
// network answers: the local Azure refuses callers from outside.
import { describeWithPrograms } from "../support/programs";
import { askChat, digestInRegistry, environmentImages, type ImageSandbox, openImageSandbox, sentImages } from "./imagesSupport";

jest.setTimeout(600_000);

const platform = "npm run platform -- -s dev --local";
const fromInside = "npm run local -- up -s dev";

/** The commands at the end of the output, each with an explanation. */
function commandsOf(output: string): string[] {
  const diagnostics = output.slice(output.indexOf("\nDiagnostics:"));
  return [...diagnostics.matchAll(/^ {6,}((?:npm|pulumi) .*?) {2,}\S/gm)].map(([, command]) => command!);
}

describeWithPrograms(["docker-registry"], "a machine outside the network gets two commands", () => {
  test.each([
    ["a layer by the registry's API", { layer: "docker/vllm" }],
    ["a build", { build: "docker/vllm" }],
  ])("%s: the preview refuses, and its two commands work", async (_, image) => {
    const sandbox: ImageSandbox = await openImageSandbox();
    try {
      // The commands attach to the local Azure of the test.
      Object.assign(sandbox.environment, { MOOR_LOCAL_NETWORK: "outside", MOOR_LOCAL_HOME: sandbox.home });
      sandbox.set([[["moor:images", "vllm"], image]]);
      expect(await sandbox.shell("pulumi stack init dev")).toMatchObject({ code: 0 });
      for (const verb of ["preview", "up --yes"]) {
        const { code, output } = await sandbox.shell(`pulumi ${verb} -s dev --non-interactive --color never`);
        expect({ verb, code }).not.toMatchObject({ code: 0 });
        expect(commandsOf(output)).toEqual([platform, fromInside]);
        expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
        expect(sandbox.resources()).toEqual([]);
      }
      expect((await sentImages(sandbox)).arm).toEqual([]);

      expect(await sandbox.shell(`${platform} --yes`)).toMatchObject({ code: 0 });
      expect(sandbox.resources().filter((id) => /\/onlineendpoints\//.test(id))).toEqual([]);
      expect(sandbox.resources().filter((id) => /\/registries\/[^/]+$/.test(id))).toHaveLength(1);

      // The registry exists now, and this machine is still outside.
      const again = await sandbox.shell("pulumi preview -s dev --non-interactive --color never");
      expect(again.code).not.toBe(0);
      expect(commandsOf(again.output)).toEqual([fromInside]);

      expect(await sandbox.shell(`${fromInside} --yes`, { MOOR_LOCAL_NETWORK: "inside" })).toMatchObject({ code: 0 });
      const [environment] = await environmentImages(sandbox);
      expect(await digestInRegistry(sandbox, environment!)).toBe(environment!.split("@")[1]);
      expect(await askChat(sandbox)).toMatchObject({ status: 200 });

      // Nothing is published, so the registry isn't required.
      expect(await sandbox.shell("pulumi preview -s dev --expect-no-changes --non-interactive")).toMatchObject({ code: 0 });
      // A second platform run would delete the endpoints.
      const refused = await sandbox.shell(`${platform} --yes`);
      expect(refused.code).not.toBe(0);
      expect(await askChat(sandbox)).toMatchObject({ status: 200 });
    } finally {
      await sandbox.close();
    }
  });
});
