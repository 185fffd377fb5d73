// Proves what `npm run mirror` says for a stack without a lock file. Nothing is read from Azure or the Hub before that.
import { mirror } from "../../../cli/mirror";

test("A stack without a lock file and without `source: mirror` has nothing to stage.", async () => {
  await expect(mirror({ stack: "dev", via: "runner", local: true })).rejects.toThrow(
    /^The stack dev has no deployment with `source: mirror`, so there are no weights to stage\.$/,
  );
});
