const pattern = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Seconds of an ISO-8601 duration as ARM writes it: `PT5S`, `PT1M30S`, `P1DT2H`. Years, months and weeks are not in use there.
 *
 * @throws if the text is not such a duration
 */
export function durationSeconds(text: string): number {
  const match = pattern.exec(text);
  const parts = match?.slice(1);
  if (!parts?.some((part) => part !== undefined) || text.endsWith("T")) {
    throw new Error(`"${text}" is not an ISO-8601 duration of days, hours, minutes and seconds, such as PT90S.`);
  }
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
