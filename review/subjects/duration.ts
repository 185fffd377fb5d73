import { empty, type Section } from "../section";

export function duration(): Section {
  return empty;
}
