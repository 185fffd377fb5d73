/** No Pulumi engine is available. The message for the user contains instructions. */
export class EngineUnavailable extends Error {
  constructor(reason: string) {
    super(`No Pulumi engine is available: ${reason}. Install Pulumi (https://www.pulumi.com/docs/install) and run the command again.`);
    this.name = "EngineUnavailable";
  }
}
