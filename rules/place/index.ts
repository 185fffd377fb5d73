/** Rules for places: where data is stored, copied and sent. */
import type { Rule } from "../rule";
import { locationRule } from "./location";

export const placeRules: readonly Rule[] = [locationRule];
