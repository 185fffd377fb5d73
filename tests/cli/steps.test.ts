// Proves which of the numbered steps of a long test the options select. Doesn't prove what a step does.
import { chosenSteps, wholeNumber } from "../../cli/steps";

const numbers = Array.from({ length: 50 }, (_, index) => index + 1);
const chosen = (options: Parameters<typeof chosenSteps>[0]) => numbers.filter(chosenSteps(options));

test("without options every step is selected", () => {
  expect(chosen({})).toEqual(numbers);
});

test("--only selects steps by number", () => {
  expect(chosen({ only: "3,1,70" })).toEqual([1, 3]);
});

test("every step is in one group, and groups differ in size by one at most", () => {
  const groups = ["1/4", "2/4", "3/4", "4/4"].map((group) => chosen({ group }));
  expect(groups.flat().sort((one, other) => one - other)).toEqual(numbers);
  expect(groups.map(({ length }) => length).sort()).toEqual([12, 12, 13, 13]);
});

test("--only and --group both apply", () => {
  expect(chosen({ only: "1,2,3", group: "1/2" })).toEqual([1, 3]);
});

test.each(["", "4", "5/4", "0/4", "1/0", "a/b", "1/2/3", "-1/4"])("--group %j is refused", (group) => {
  expect(() => chosenSteps({ group })).toThrow(`--group is "${group}"`);
});

test.each(["", "0", "1,", "x"])("--only %j is refused", (only) => {
  expect(() => chosenSteps({ only })).toThrow("--only is");
});

test("a whole number starts at 1", () => {
  expect(wholeNumber("12", "--runs")).toBe(12);
  expect(() => wholeNumber("1.5", "--runs")).toThrow('--runs is "1.5". Allowed: a whole number of 1 or more.');
});
