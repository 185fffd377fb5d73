import { loadStack } from "./load";

/**
 * The running stack. Importing this file checks the configuration, so a program that imports it first reports configuration errors before
 * it loads large modules.
 */
export const { spec, huggingFaceToken, alertWebhook, importCredentials } = loadStack();
