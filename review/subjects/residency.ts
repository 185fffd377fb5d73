import { empty, type Section } from "../section";

export function residency(): Section {
  return empty;
}
