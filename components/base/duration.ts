/** Seconds as the ISO 8601 duration that ARM takes: 90 is `PT90S`. */
export function seconds(count: number): string {
  return `PT${count}S`;
}

/** Minutes as the ISO 8601 duration that Azure Monitor takes: 5 is `PT5M`. */
export function minutes(count: number): string {
  return `PT${count}M`;
}
