/** Seconds as an ISO 8601 duration for ARM: 90 is `PT90S`. */
export function seconds(count: number): string {
  return `PT${count}S`;
}

/** Minutes, at least 1, as an ISO 8601 duration in the form that Azure Monitor returns: 5 is `PT5M`, 90 is `PT1H30M`, 1,500 is `P1DT1H`. */
export function minutes(count: number): string {
  const [days, hours, rest] = [Math.floor(count / 1440), Math.floor(count / 60) % 24, count % 60];
  const time = `${hours > 0 ? `${hours}H` : ""}${rest > 0 ? `${rest}M` : ""}`;
  return `P${days > 0 ? `${days}D` : ""}${time === "" ? "" : `T${time}`}`;
}
