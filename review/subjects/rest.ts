import { empty, type Section } from "../section";

export function rest(): Section {
  return empty;
}
