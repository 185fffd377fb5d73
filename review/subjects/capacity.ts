import { empty, type Section } from "../section";

export function capacity(): Section {
  return empty;
}
