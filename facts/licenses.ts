/** Licenses of models, by the IDs that Hugging Face uses in the metadata of a model. */

/**
 * Open licenses: those that the Open Source Initiative approved, and those for content and data that conform to the Open Definition. None of
 * them restricts the purpose of use. Licenses with restrictions of use, such as `openrail` and `llama3.1`, are not included. Families such as
 * `bsd` and `cc` are not included either, because they don't name a version. Sources, as of 2026-11: Hugging Face docs,
 * hub/repositories-licenses (IDs); opensource.org/licenses and opendefinition.org/licenses (status).
 */
export const openLicenses: readonly string[] = [
  "afl-3.0",
  "agpl-3.0",
  "apache-2.0",
  "artistic-2.0",
  "bsd-2-clause",
  "bsd-3-clause",
  "bsl-1.0",
  "cc-by-4.0",
  "cc-by-sa-4.0",
  "cc0-1.0",
  "ecl-2.0",
  "epl-1.0",
  "epl-2.0",
  "eupl-1.1",
  "gpl-2.0",
  "gpl-3.0",
  "isc",
  "lgpl-2.1",
  "lgpl-3.0",
  "lppl-1.3c",
  "mit",
  "mpl-2.0",
  "ms-pl",
  "ncsa",
  "odc-by",
  "ofl-1.1",
  "osl-3.0",
  "pddl",
  "postgresql",
  "unlicense",
  "zlib",
];
