import { empty, type Section } from "../section";

export function cost(): Section {
  return empty;
}
