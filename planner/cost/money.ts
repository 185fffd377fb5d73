/** Amounts of money at list price: conversion to months, rounding, and text. */

/** Hours per month in Azure's price calculator. */
export const hoursPerMonth = 730;

/** Smallest and largest amount or number: at the minimum and at the maximum number of instances. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Hours of each unit of a fixed charge. */
export const hoursPer = { hour: 1, day: 24, month: hoursPerMonth } as const;

/**
 * USD, rounded to cents. Binary fractions are first rounded to 1e-6 cents: 3.005 × 100 is 300.49999999999994.
 */
export function cents(usd: number): number {
  return Math.round(Number((usd * 100).toFixed(6))) / 100;
}

/** The sum of amounts that are rounded to cents. A reader who adds the amounts gets the same sum. */
export function sumOf(ranges: readonly Range[]): Range {
  const sum = (amounts: readonly number[]) => cents(amounts.reduce((total, amount) => total + amount, 0));
  return { min: sum(ranges.map(({ min }) => min)), max: sum(ranges.map(({ max }) => max)) };
}

/** What `after` costs more than `before`. Negative if it costs less. */
export function differenceOf(before: Range, after: Range): Range {
  // Adding 0 turns -0 into 0.
  return { min: cents(after.min - before.min) + 0, max: cents(after.max - before.max) + 0 };
}

export function isSame(one: Range, other: Range): boolean {
  return one.min === other.min && one.max === other.max;
}

const amounts = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** For example `20,932.14`. */
export function usdText(usd: number): string {
  return amounts.format(usd);
}

/** For example `20,932.14 to 31,389.80`, or one amount if both are equal. */
export function rangeText({ min, max }: Range, text: (usd: number) => string = usdText): string {
  return min === max ? text(min) : `${text(min)} to ${text(max)}`;
}

/** For example `+3,485.75`, `-198.56`, `+10.00 to +20.00`, or `+3,485.75 at the maximum` if the minimum stays the same. @param unit Follows the amount. */
export function differenceText({ min, max }: Range, unit = ""): string {
  const text = (usd: number) => `${usd < 0 ? "-" : usd > 0 ? "+" : ""}${usdText(Math.abs(usd))}`;
  if (min === 0 && max !== 0) return `${text(max)}${unit} at the maximum`;
  if (max === 0 && min !== 0) return `${text(min)}${unit} at the minimum`;
  return `${rangeText({ min, max }, text)}${unit}`;
}
