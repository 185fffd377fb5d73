// Proves which network security groups an update may open to the internet while their subnets are unknown.
import { withOpened } from "../../../components/findings/opened";
import { type RuleResource, review } from "../../../rules";

const id = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/moor/providers/Microsoft.Network/networkSecurityGroups/nsg";
const web = { direction: "Outbound", access: "Allow", protocol: "Tcp", sourceAddressPrefix: "*", sourcePortRange: "*" };
const toInternet = { ...web, destinationAddressPrefix: "Internet", destinationPortRange: "443" };
const everything = { protocol: "*", destinationPortRange: "*", destinationAddressPrefix: "*" };
const denyOutbound = { ...web, access: "Deny", ...everything };

const group = (...rules: readonly { readonly [key: string]: string }[]): RuleResource => ({
  ...{ name: "network-nsg", type: "Microsoft.Network/networkSecurityGroups", id, from: "planned" },
  body: { location: "swedencentral", properties: { securityRules: [...rules, denyOutbound].map((properties) => ({ properties })) } },
});
const child: RuleResource = {
  ...{ name: "added", type: "Microsoft.Network/networkSecurityGroups/securityRules", id: `${id}/securityRules/added`, from: "planned" },
  body: { properties: toInternet },
};
const contract = { home: "swedencentral", regions: ["swedencentral"], declared: { geography: "Sweden" }, principals: [] } as const;

const outcome = (after: RuleResource, before: readonly RuleResource[], known: readonly RuleResource[] = []) =>
  withOpened(review([after], contract, [after, ...known], false), before)
    .filter(({ code, value }) => code === "MOOR451" && value === "Internet")
    .map((check) => check.outcome);

test.each([
  ["an existing group that is opened", group(toInternet), [group()], "violated"],
  ["an existing group that was open", group(toInternet), [group(toInternet)], "unknown"],
  ["a new group", group(toInternet), [], "unknown"],
])("%s", (_, after, before, expected) => {
  expect(outcome(after, before)).toEqual([expected]);
});

test("a new rule of an existing group", () => {
  expect(outcome(child, [], [group()])).toEqual(["violated"]);
});
