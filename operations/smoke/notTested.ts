/** The endpoint could not be tested: it isn't deployed or can't be reached, or an option is wrong. The message says what to do. */
export class NotTested extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotTested";
  }
}
