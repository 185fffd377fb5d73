/**
 * Time as the simulator sees it. Rules and operations ask only this, so that a test can own the time. Only the duration of operations is scaled:
 * how long a deleted resource is kept counts in the clock's own milliseconds.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** How many of the clock's milliseconds an operation takes that takes so many seconds in Azure. */
  millisecondsFor(azureSeconds: number): number;
  /** Seconds that a client should wait between polls: the `Retry-After` header. */
  readonly retryAfter: number;
}

/**
 * The machine's clock, with Azure's durations divided by `speed`.
 * @param speed Seconds of Azure in one real second; `Infinity`: every operation is over at its first poll.
 */
export function realClock(speed: number): Clock {
  return {
    now: () => Date.now(),
    millisecondsFor: (azureSeconds) => (azureSeconds * 1000) / speed,
    retryAfter: speed <= 1 ? 1 : 0,
  };
}

export interface ManualClock extends Clock {
  /** Lets so many seconds of Azure pass. */
  advance(azureSeconds: number): void;
}

/** A clock that stands still until it is advanced: hours of Azure in a test's milliseconds. */
export function manualClock(start = Date.parse("2026-01-01T00:00:00Z")): ManualClock {
  let now = start;
  return {
    now: () => now,
    millisecondsFor: (azureSeconds) => azureSeconds * 1000,
    retryAfter: 0,
    advance: (azureSeconds) => {
      now += azureSeconds * 1000;
    },
  };
}
