/**
 * The time source of rules and operations, so that a test can control the time. Only durations of operations are scaled. The retention of
 * deleted resources is not.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Converts the duration of an operation in Azure to milliseconds of this clock. */
  millisecondsFor(azureSeconds: number): number;
  /** Minimum duration of an operation in milliseconds, unless a client polls it. It prevents operations from overlapping. @default 0 */
  readonly shortest?: number;
  /** The `Retry-After` header: seconds to wait between polls. */
  readonly retryAfter: number;
}

/**
 * The system clock, with Azure's durations divided by `speed`.
 * @param speed Azure seconds per real second; `Infinity`: each operation completes at its first poll, or after 50 ms
 */
export function realClock(speed: number): Clock {
  return {
    now: () => Date.now(),
    millisecondsFor: (azureSeconds) => (azureSeconds * 1000) / speed,
    shortest: 50,
    retryAfter: speed <= 1 ? 1 : 0,
  };
}

export interface ManualClock extends Clock {
  /** Advances the clock by Azure seconds. */
  advance(azureSeconds: number): void;
}

/** A clock that stops until it is advanced, for tests. */
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
