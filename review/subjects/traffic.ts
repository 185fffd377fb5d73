import { empty, type Section } from "../section";

export function traffic(): Section {
  return empty;
}
