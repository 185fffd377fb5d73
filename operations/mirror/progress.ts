/** Progress of staging: bytes, rate and time left. */

/** Bytes to copy and to verify. */
export interface Work {
  readonly copy: number;
  readonly verify: number;
}

/** Seconds over which the rate is measured. */
const window = 30;

/** Counts bytes. */
export class Progress {
  private total = { copy: 0, verify: 0 };
  private done = { copy: 0, verify: 0 };
  private samples: readonly { readonly at: number; readonly bytes: number }[];

  /** @param now The time in milliseconds. @param changed Called after each change. */
  constructor(
    private readonly now: () => number = Date.now,
    private readonly changed: () => void = () => {},
  ) {
    this.samples = [{ at: now(), bytes: 0 }];
  }

  /** Adds work that is to be done. A negative number removes work. */
  expect({ copy, verify }: Partial<Work>): void {
    this.total = { copy: this.total.copy + (copy ?? 0), verify: this.total.verify + (verify ?? 0) };
    this.changed();
  }

  /** Adds work that was done. A negative number: it must be done again. */
  add({ copy = 0, verify = 0 }: Partial<Work>): void {
    this.done = { copy: this.done.copy + copy, verify: this.done.verify + verify };
    const at = this.now();
    if (at - this.samples.at(-1)!.at >= 1000) {
      const earlier = this.samples.findLastIndex((sample) => at - sample.at > window * 1000);
      this.samples = [...this.samples.slice(Math.max(0, earlier)), { at, bytes: this.done.copy + this.done.verify }];
    }
    this.changed();
  }

  /** Adds work that an earlier run has done. It doesn't count for the rate. */
  find({ copy = 0, verify = 0 }: Partial<Work>): void {
    this.done = { copy: this.done.copy + copy, verify: this.done.verify + verify };
    this.samples = this.samples.map(({ at, bytes }) => ({ at, bytes: bytes + copy + verify }));
    this.changed();
  }

  /** One line, such as `12.3 of 140.0 GB copied, 3.2 of 140.0 GB verified, 310 MB/s, 14 min left`. */
  line(): string {
    const { copy, verify } = this.total;
    const parts = [
      ...(copy > 0 ? [`${of(this.done.copy, copy)} copied`] : []),
      ...(verify > 0 ? [`${of(this.done.verify, verify)} verified`] : []),
    ];
    const rate = this.rate();
    if (rate <= 0) return parts.join(", ");
    const left = (copy + verify - this.done.copy - this.done.verify) / rate;
    return [...parts, `${megabytes(rate)} MB/s`, `${duration(left)} left`].join(", ");
  }

  /** Bytes per second. */
  private rate(): number {
    const first = this.samples[0]!;
    const seconds = (this.now() - first.at) / 1000;
    return seconds <= 0 ? 0 : (this.done.copy + this.done.verify - first.bytes) / seconds;
  }
}

function of(done: number, total: number): string {
  return total >= 1e9 ? `${(done / 1e9).toFixed(1)} of ${sizeText(total)}` : `${megabytes(done)} of ${sizeText(total)}`;
}

/** A number of bytes, such as `140.0 GB`. */
export function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${megabytes(bytes)} MB`;
}

function megabytes(bytes: number): string {
  return bytes >= 10e6 ? (bytes / 1e6).toFixed(0) : (bytes / 1e6).toFixed(1);
}

/** @param seconds Not negative. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
