/** Options that select some of the numbered steps of a long test. */

export interface StepOptions {
  /** Numbers of steps, separated by commas. @default - all */
  readonly only?: string;
  /** One of several groups of steps of equal size, such as `3/4`. @default - all */
  readonly group?: string;
}

/**
 * @returns whether the step with a number is selected
 * @throws Error when an option is invalid
 */
export function chosenSteps({ only, group }: StepOptions): (number: number) => boolean {
  const numbers = only?.split(",").map((one) => wholeNumber(one, "--only"));
  const [, which, of] = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(group ?? "")?.map(Number) ?? [];
  if (group !== undefined && (which === undefined || of === undefined || which > of)) {
    throw new Error(`--group is "${group}". Allowed: two whole numbers, such as 3/4 for the third of four groups.`);
  }
  const inGroup = (number: number) => of === undefined || number % of === which! % of;
  return (number) => (numbers?.includes(number) ?? true) && inGroup(number);
}

export function wholeNumber(text: string, option: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`${option} is "${text}". Allowed: a whole number of 1 or more.`);
}
