// Proves when a token is requested again.
import { renewing } from "../../../operations/smoke/renewing";

test("A token is reused for four minutes, and a failed request is repeated by the next call.", async () => {
  let [seconds, calls] = [0, 0];
  const token = renewing(
    async () => {
      calls += 1;
      if (calls === 3) throw new Error("not now");
      return `token-${calls}`;
    },
    () => seconds * 1000,
  );
  expect(await Promise.all([token(), token()])).toEqual(["token-1", "token-1"]);
  seconds = 239;
  expect(await token()).toBe("token-1");
  seconds = 240;
  expect(await token()).toBe("token-2");
  seconds = 480;
  await expect(token()).rejects.toThrow("not now");
  expect(await token()).toBe("token-4");
});
