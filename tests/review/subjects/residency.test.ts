/** Tests what a review says about the places of data. Doesn't prove the rules behind findings, nor that outputs contain the contract. */
import type { Preview } from "../../../review";
import { changeOf } from "../../../review/change";
import type { Section } from "../../../review/section";
import { residency } from "../../../review/subjects/residency";
import type { Body } from "../../../rules";
import { previewNames, previewOf } from "../previews";
import { type Settings, shippedEntries, sweden, today, withInputs, withSettings } from "./edited";

const shipped: Settings = { residency: sweden };
const withEntries = (...accepted: object[]): Settings => ({ residency: { ...sweden, accepted } as Body });

function reviewOf(preview: Preview, before: Settings | undefined = shipped, after: Settings = before): Section {
  return residency(changeOf(withSettings(preview, before, after)), { today });
}

const texts = ({ notices }: Section) => notices.map(({ severity, text }) => `${severity}: ${text}`);
const note = "note: ";

test.each(previewNames.filter((name) => !["firstUp", "region", "oneWayDoor", "endpointRemoved", "destroy"].includes(name)))(
  "%s has nothing to decide while the contract stays",
  (name) => {
    const dev = [...shippedEntries, { code: "MOOR425", resource: "*", until: "2029-12-31" }];
    const review = reviewOf(previewOf(name), withEntries(...dev));
    expect(review.summary).toBe("");
    expect(review.notices.filter(({ severity }) => severity !== "note")).toEqual([]);
  },
);

test("a widened contract names the new regions and countries", () => {
  const regions = ["swedencentral", "swedensouth", "westeurope"];
  const review = reviewOf(previewOf("residencyWidened"), shipped, { residency: { countries: [], regions, accepted: shippedEntries } });
  expect(review.summary).toBe("data is also allowed in westeurope (Netherlands)");
  expect(review.notices).toEqual([
    {
      severity: "look",
      text: "The residency contract is widened: data is also allowed in westeurope (Netherlands). Before: the geography Sweden.",
      rollback: "Restore moor:residency, and apply it again. Data that is in the new regions by then stays there.",
    },
  ]);
});

test("a contract that is declared in another way is a note", () => {
  const review = reviewOf(previewOf("noChange"), shipped, { residency: { ...sweden, geography: undefined, countries: ["SE"] } });
  expect([review.summary, ...texts(review)]).toEqual([
    "",
    "note: The residency contract is declared as Sweden instead of the geography Sweden. The regions are the same.",
  ]);
});

/** Azure copies the vault and the registry to the paired region. */
const copies = [
  "danger: Key Vault platform-vault: Key Vault copied outside the residency. No entry of moor:accept accepts MOOR402.",
  "danger: Container registry platform-registry: Container registry possibly copied outside the residency. No entry of moor:accept accepts MOOR403.",
];

test.each([
  [
    "narrowed",
    { countries: [], regions: ["swedencentral"] },
    "note: The residency contract is narrowed. No longer allowed: swedensouth (Sweden). Still allowed: swedencentral (Sweden).",
  ],
  [
    "moved",
    { countries: [], regions: ["swedencentral", "norwayeast"] },
    "look: The residency contract is widened: data is also allowed in norwayeast (Norway). Before: the geography Sweden. No longer allowed: swedensouth (Sweden).",
  ],
])("a contract that is %s shows which stores it no longer allows", (_, contract, expected) => {
  const review = reviewOf(previewOf("noChange"), shipped, { residency: { ...contract, accepted: shippedEntries } });
  expect(review.summary).toBe("Key Vault copied outside the residency: Key Vault platform-vault; 2 more");
  expect(texts(review)).toEqual([...copies, expected]);
});

test("a contract that leaves the region of the stack is a danger", () => {
  const norway = { geography: "Norway", countries: [], regions: ["norwayeast", "norwaywest"], accepted: shippedEntries };
  const review = reviewOf(previewOf("noChange"), shipped, { residency: norway });
  expect(review.notices.filter(({ code }) => code === "MOOR401")).toEqual([
    {
      severity: "danger",
      text: expect.stringMatching(
        /: Resource outside the residency \(swedencentral \(Sweden\)\)\. No entry of moor:accept accepts MOOR401\.$/,
      ),
      rollback: expect.any(String),
      code: "MOOR401",
    },
  ]);
});

describe("accepted findings", () => {
  const entry = { code: "MOOR440", resource: "platform-storage", until: "2027-01-31" };
  test.each([
    [
      "new",
      [],
      [entry],
      "newly accepted until 2027-01-31: Public network access (MOOR440)",
      "look: Public network access (MOOR440) of platform-storage is now accepted until 2027-01-31.",
    ],
    [
      "new for several resources",
      [],
      [entry, { ...entry, resource: "platform-vault" }],
      "newly accepted until 2027-01-31: Public network access (MOOR440)",
      "look: Public network access (MOOR440) of platform-storage and platform-vault is now accepted until 2027-01-31.",
    ],
    [
      "extended",
      [entry],
      [{ ...entry, until: "2027-12-31" }],
      "accepted until 2027-12-31 instead of 2027-01-31: MOOR440",
      "look: Public network access (MOOR440) of platform-storage is accepted longer: until 2027-12-31 instead of 2027-01-31.",
    ],
    [
      "shortened",
      [{ ...entry, until: "2027-12-31" }],
      [entry],
      "",
      "note: Public network access (MOOR440) of platform-storage is accepted for a shorter time: until 2027-01-31 instead of 2027-12-31.",
    ],
    ["lost", [entry], [], "", "note: Public network access (MOOR440) of platform-storage is no longer accepted."],
    [
      "expired",
      [{ ...entry, until: "2026-11-29" }],
      [{ ...entry, until: "2026-11-29" }],
      "",
      "note: The acceptance of Public network access (MOOR440) of platform-storage expired on 2026-11-29. Moor rejects changes to the resource.",
    ],
  ])("an entry that is %s", (_, before, after, summary, expected) => {
    const review = reviewOf(previewOf("noChange"), withEntries(...shippedEntries, ...before), withEntries(...shippedEntries, ...after));
    expect([review.summary, ...texts(review)]).toEqual([summary, expected]);
  });

  test("an entry of the last day is valid", () => {
    expect(reviewOf(previewOf("noChange"), withEntries(...shippedEntries, { ...entry, until: today })).notices).toEqual([]);
  });
});

test.each([
  ["a store outside the residency", { location: "westeurope" }, "MOOR401", "Resource outside the residency (westeurope (Netherlands))"],
  ["a redundancy with another region", { sku: { name: "Standard_GRS" } }, "MOOR405", "Redundancy with a copy in another region"],
])("%s is a danger", (_, change, code, title) => {
  const preview = withInputs(previewOf("noChange"), "platform-storage", (inputs) => ({ ...inputs, ...change }));
  const review = reviewOf(preview);
  expect(review.summary).toBe(`${title}: Storage account platform-storage`);
  expect(texts(review)).toEqual([`danger: Storage account platform-storage: ${title}. No entry of moor:accept accepts ${code}.`]);
});

test("a finding that the change doesn't cause is not repeated", () => {
  const geo = (inputs: Body) => ({ ...inputs, sku: { name: "Standard_GRS" } });
  const preview = withInputs(previewOf("noChange"), "platform-storage", geo);
  const steps = preview.steps.map((step) => (step.name === "platform-storage" && step.after ? { ...step, before: step.after } : step));
  expect(reviewOf({ ...preview, steps }).notices).toEqual([]);
});

test("the first update lists the contract and all accepted findings", () => {
  const review = reviewOf(previewOf("firstUp"), undefined, shipped);
  expect(review.summary).toBe(
    "newly accepted until 2029-12-31: Global Azure service (MOOR430); newly accepted until 2029-12-31: Log queries over public addresses (MOOR445)",
  );
  expect(texts(review)).toEqual([
    expect.stringContaining(": Global Azure service. The stack file accepts MOOR430 until 2029-12-31."),
    "note: Data is allowed in the geography Sweden.",
    "look: Global Azure service (MOOR430) of all resources is now accepted until 2029-12-31.",
    "look: Log queries over public addresses (MOOR445) of platform-logs and platform-app-insights is now accepted until 2029-12-31.",
  ]);
  expect(review.details).toEqual([expect.stringMatching(/^\d+ properties are known only during the update\./)]);
});

test("outputs of an earlier version don't contain the contract, and the review says so once", () => {
  const review = reviewOf(previewOf("residencyWidened"), {}, {});
  expect(review.summary).toBe("");
  expect(texts(review)).toEqual([
    `${note}Data is allowed in swedencentral (Sweden), swedensouth (Sweden) and westeurope (Netherlands). The last update was made by a version of Moor that didn't record the contract, so a change of it can't be shown.`,
  ]);
});

test("a destroyed stack has no residency", () => {
  expect(residency(changeOf(previewOf("destroy")), { today })).toEqual({ summary: "", notices: [] });
});
