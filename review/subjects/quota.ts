import { empty, type Section } from "../section";

export function quota(): Section {
  return empty;
}
