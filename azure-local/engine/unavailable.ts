/** No Pulumi engine can be had. The message is one sentence for the person at the keyboard, with the remedy. */
export class EngineUnavailable extends Error {
  constructor(reason: string) {
    super(`No Pulumi engine: ${reason}. Install Pulumi (https://www.pulumi.com/docs/install) and run the command again.`);
    this.name = "EngineUnavailable";
  }
}
