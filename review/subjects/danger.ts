import { empty, type Section } from "../section";

export function danger(): Section {
  return empty;
}
