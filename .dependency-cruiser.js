/**
 * Which folder may import which, and what holds for every import. `npm run lint` checks it; type imports count like any other.
 * A new folder needs a row in `layers` or `rooms`. What holds for imports of any other kind is an entry of `rules`.
 */

/** What a folder may import besides itself. */
const layers = {
  azure: [],
  program: [],
  facts: ["azure"],
  planner: ["facts", "azure"],
  components: ["rules", "planner", "facts", "azure", "program"],
  config: ["rules", "planner", "facts", "azure", "program"],
  rules: ["planner", "facts", "azure"],
  operations: ["components/live", "components/scoring", "review", "rules", "config", "planner", "facts", "azure"],
  review: ["rules", "config", "planner", "facts", "azure"],
  policy: ["rules", "planner", "facts", "azure"],
  "index.ts": ["components", "config", "rules", "planner", "facts", "azure", "program"],
  // The program is checked against it, so the two share no code.
  "azure-local": [],
};

/** Folders that may import every layer. */
const above = ["cli", "tests", "bench", "lint", "pipelines"];

/** The folders of a folder, from the lowest to the highest. A folder may import those of lower rows. */
const rooms = {
  components: [
    ["base"],
    ["live"],
    ["scoring"],
    ["findings", "identity", "owners", "place"],
    ["network"],
    ["workspace"],
    ["image", "model", "scripts"],
    ["endpoint", "risks"],
  ],
  "components/endpoint": [["gate"], ["traffic"], ["deployment"]],
};

const rules = [
  {
    name: "no-circle",
    comment: "Imports may not form a circle. Move what both files need to a file of its own.",
    from: {},
    to: { circular: true },
  },
  {
    name: "no-pulumi",
    comment: "azure, facts, planner, rules and review know nothing of Pulumi. They take and return plain values.",
    from: { path: within("azure", "facts", "planner", "rules", "review") },
    to: { path: "(^|/)node_modules/@pulumi/" },
  },
  {
    name: "no-azure-native-root",
    comment:
      "Import from a submodule, for instance @pulumi/azure-native/machinelearningservices: the root costs 5 s and 400 MB at every preview.",
    from: {},
    to: { path: "(^|/)node_modules/@pulumi/azure-native/index\\.js$" },
  },
  {
    name: "no-tests",
    comment: "Only tests, benchmarks and the verbs that start them may import tests and benchmarks.",
    from: { pathNot: [within("tests", "bench"), "^cli/(main|test|sweep|rolloutTest|vllmTest)\\.ts$", "^jest\\.config\\.js$"] },
    to: { path: within("tests", "bench") },
  },
  {
    name: "no-way-past-a-face",
    comment: "Import a room of components through its index.ts. Only what lies in base is imported by file.",
    from: { path: "^components/([^/]+)/" },
    to: { path: "^components/(?!base/)[^/]+/", pathNot: ["^components/$1/", "^components/[^/]+/index\\.ts$"] },
  },
  {
    name: "no-way-past-a-face",
    comment: "Import components through an index.ts.",
    from: { pathNot: within("components", "tests", "bench") },
    to: { path: "^components/", pathNot: "(^|/)index\\.ts$" },
  },
  {
    name: "no-undeclared-package",
    comment: "The nearest package.json doesn't declare this package. Add it with the exact version that `npm ls` shows.",
    from: {},
    to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
  },
  {
    name: "no-dev-package",
    comment: "Only tests and benchmarks may import a package of devDependencies. Move the package to dependencies.",
    from: { pathNot: within("tests", "bench") },
    to: { dependencyTypes: ["npm-dev"] },
  },
  {
    name: "no-missing-file",
    comment: "There is no such file or package.",
    from: {},
    to: { couldNotResolve: true },
  },
];

const layerRules = Object.entries(layers).map(([layer, imports]) => ({
  name: layer,
  comment: `${layer} may import ${imports.length > 0 ? `only ${listed(imports)}` : "no other folder"}.`,
  from: { path: within(layer) },
  to: { dependencyTypes: ["local"], pathNot: within(layer, ...imports) },
}));

const roomRules = Object.entries(rooms).flatMap(([folder, rows]) =>
  rows.flatMap((row, index) =>
    row.map((room) => {
      const refused = [...rows.slice(index).flat(), "index.ts"].filter((other) => other !== room).map((other) => `${folder}/${other}`);
      return {
        name: `${folder}/${room}`,
        comment: `${folder}/${room} may not import ${listed(refused, "disjunction")}.`,
        from: { path: within(`${folder}/${room}`) },
        to: { path: within(...refused) },
      };
    }),
  ),
);

/** A folder without a row would be free to import anything. */
const rowRules = [
  ["", [...Object.keys(layers), ...above]],
  ...Object.entries(rooms).map(([folder, rows]) => [`${folder}/`, rows.flat()]),
].map(([prefix, names]) => ({
  name: "no-unlisted-folder",
  comment: "The folder has no row in .dependency-cruiser.js. Say there what it may import.",
  from: { path: `^${prefix}[^./][^/]*/`, pathNot: within(...names.map((name) => prefix + name)) },
  to: {},
}));

/** Matches these folders with all that is in them, and these files. */
function within(...paths) {
  return `^(${paths.map((one) => one.replaceAll(".", "\\.")).join("|")})(/|$)`;
}

function listed(names, type = "conjunction") {
  return new Intl.ListFormat("en-GB", { type }).format(names);
}

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [...layerRules, ...roomRules, ...rowRules, ...rules].map((rule) => ({ ...rule, severity: "error" })),
  options: {
    doNotFollow: { path: "(^|/)node_modules/" },
    // Programs of clients have packages of their own.
    exclude: { path: "^(\\.moor|coverage|examples/clients)/" },
    tsPreCompilationDeps: true,
  },
};
