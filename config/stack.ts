import { loadStack } from "./load";

/**
 * The running stack, checked as soon as this file is imported: a program that imports it first tells a mistake before it has loaded
 * anything that takes time.
 */
export const { spec, huggingFaceToken, alertWebhook } = loadStack();
