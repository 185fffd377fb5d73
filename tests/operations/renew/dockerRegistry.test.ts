// Proves that `renew base` reads a base from a real registry: Debian's docker-registry. Doesn't prove token authentication, which it has only with a
// separate server: see base.test.ts.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { renewBase } from "../../../operations/renew/base";
import { layeredImage } from "../../../planner/image";
import { startDockerRegistry } from "../../support/dockerRegistry";
import { describeWithPrograms } from "../../support/programs";
import { pushStandInBase, standInBase } from "../../support/standInBase";

describeWithPrograms(["docker-registry"], "a base is read from a real registry", () => {
  test("byte for byte, and then a second run writes the same bytes", async () => {
    const registry = await startDockerRegistry();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-renew-"));
    try {
      const base = await standInBase();
      await pushStandInBase(base, registry.url, "library/base");
      const reference = `${new URL(registry.url).host}/library/base@${base.digest}`;
      fs.writeFileSync(path.join(folder, "Dockerfile"), `FROM ${reference}\n`);
      for (let run = 0; run < 2; run++) {
        await renewBase({ folder, environment: { HOME: folder } });
        expect(fs.readFileSync(path.join(folder, "base/manifest.json"))).toEqual(base.manifest);
        expect(fs.readFileSync(path.join(folder, "base/config.json"))).toEqual(base.config);
      }
      expect(await registry.writes()).toHaveLength(5);
      // The layer of an image is computed from these files. In a stack file, a base needs a registry with a domain name.
      fs.writeFileSync(path.join(folder, "Dockerfile"), `FROM docker.io/library/base@${base.digest}\nCOPY Dockerfile /opt/\n`);
      expect(layeredImage(folder).baseConfig).toMatch(/^sha256:[0-9a-f]{64}$/);
    } finally {
      fs.rmSync(folder, { recursive: true });
      await registry.close();
    }
  });
});
