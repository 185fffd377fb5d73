import { empty, type Section } from "../section";

export function access(): Section {
  return empty;
}
