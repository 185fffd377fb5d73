/**
 * The mutation corpus: violations of residency or exposure on the shipped stack `prod`, each with a similar change that is allowed. Suites apply it
 * without an engine, with the real engine, through the policy pack and to states.
 */
import type { Case } from "./case";
import { exposureCases } from "./exposure";
import { flowCases } from "./flows";
import { networkCases } from "./networks";
import { copyCases, placeCases } from "./places";
import { wayCases } from "./ways";

export const corpus: readonly Case[] = [...placeCases, ...copyCases, ...flowCases, ...exposureCases, ...networkCases, ...wayCases];
