/** The progress of a command, with and without a terminal. */
import { showProgress } from "../../../cli/mirror/show";

let now = 0;
let printed: string[];
beforeEach(() => {
  now = 0;
  printed = [];
  jest.spyOn(Date, "now").mockImplementation(() => now);
  jest.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => jest.restoreAllMocks());

test("Without a terminal, lines are printed, and the progress every 30 seconds", async () => {
  let made = 0;
  await showProgress(
    "Weights of prod",
    async ({ report, changed }) => {
      report("first");
      for (now = 0; now <= 61_000; now += 1000) {
        const second = now / 1000;
        changed(() => {
          made += 1;
          return `${second} s`;
        });
      }
      report("last");
    },
    false,
  );
  expect(printed).toEqual(["first", "30 s", "60 s", "last"]);
  expect(made).toBe(2);
});

test.each([true, false])("The error of the task is thrown unchanged (terminal: %s)", async (isTerminal) => {
  jest.spyOn(process.stdout, "write").mockReturnValue(true);
  const error = new Error("failed");
  await expect(showProgress("Weights of prod", () => Promise.reject(error), isTerminal)).rejects.toBe(error);
});
