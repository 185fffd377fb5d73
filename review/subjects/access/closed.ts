/** Services that stop accepting connections from public addresses. People and tools outside the network lose access. */
import { valueAt } from "../../../rules";
import type { StackChange } from "../../change";
import { groupBy, listed } from "../../lists";
import type { Notice } from "../../section";

/** What a property opens to public addresses, by its path in ARM's body. */
const doors = {
  "properties.publicNetworkAccess": "requests",
  "properties.publicNetworkAccessForQuery": "log queries",
  "properties.publicNetworkAccessForIngestion": "log ingestion",
} as const;

/** One notice for each kind of connection. */
export function closedNotices({ changes }: StackChange): Notice[] {
  const closed = changes.flatMap(({ kind, name, before, after }) =>
    kind !== "update" || before === undefined || after === undefined
      ? []
      : Object.entries(doors).flatMap(([path, what]) =>
          valueAt(before.body, path) === "Enabled" && valueAt(after.body, path) === "Disabled" ? [{ name, what }] : [],
        ),
  );
  return groupBy(closed, ({ what }) => what).map((group): Notice => {
    const names = listed(
      group.map(({ name }) => name),
      3,
    );
    const text = `${names}: ${group[0]!.what} from public addresses are rejected. People and tools outside the network lose access.`;
    return { severity: "look", text };
  });
}
