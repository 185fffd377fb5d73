import { empty, type Section } from "../section";

export function failure(): Section {
  return empty;
}
