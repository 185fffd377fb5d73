/** Exact versions of all packages that the policy pack needs, from the repository's own lock file. */

/** The parts of package-lock.json (lockfileVersion 3) that matter here. */
export interface PackageLock {
  readonly lockfileVersion: number;
  readonly packages: { readonly [location: string]: LockedPackage };
}

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: { readonly [name: string]: string };
  readonly optionalDependencies?: { readonly [name: string]: string };
  readonly [key: string]: unknown;
}

/** The parts of package.json that matter here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies: { readonly [name: string]: string };
  readonly engines?: { readonly [name: string]: string };
}

/** Properties that describe how the repository, not the pack, needs a package. */
const ofRepository = ["dev", "devOptional", "optional", "peer"];

/**
 * Returns the content of npm-shrinkwrap.json: npm installs these versions, also if the pack is installed as a package.
 * @throws Error if the lock file doesn't contain a package
 */
export function shrinkwrap(
  lock: PackageLock,
  { name, version, license, dependencies, engines }: Manifest,
): PackageLock & { readonly [key: string]: unknown } {
  const found = new Map<string, LockedPackage>();
  const visit = (from: string, { dependencies: required = {}, optionalDependencies: optional = {} }: LockedPackage) => {
    for (const wanted of Object.keys({ ...required, ...optional })) {
      const location = locate(lock, from, wanted);
      if (location === undefined && wanted in optional) continue;
      if (location === undefined) throw new Error(`package-lock.json doesn't contain ${wanted}. Run \`npm install\`.`);
      if (found.has(location)) continue;
      const { ...locked } = lock.packages[location];
      found.set(location, Object.fromEntries(Object.entries(locked).filter(([key]) => !ofRepository.includes(key))));
      visit(location, locked);
    }
  };
  visit("", { dependencies });
  const packages = Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
  const own = { name, version, license, dependencies, engines };
  return { name, version, lockfileVersion: lock.lockfileVersion, requires: true, packages: { "": own, ...packages } };
}

/** Where Node finds a package: in the nearest node_modules folder. */
function locate({ packages }: PackageLock, from: string, name: string): string | undefined {
  const parts = from.split("/node_modules/");
  const folders = parts.map((_, index) => parts.slice(0, parts.length - index).join("/node_modules/"));
  const locations = [...folders.filter(Boolean).map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`];
  return locations.find((location) => location in packages);
}
