/**
 * Defers modules that the program's packages load when they start and that the program doesn't use. They take longer to load than everything
 * else together. Each is loaded when something of it is first used, so nothing is missing.
 */
const Module = require("node:module");
const path = require("node:path");

/** By the file that requires them: the modules, with their functions that the file takes out of the module at once. */
const deferred = {
  "@pulumi/pulumi/index.js": { "./automation": [] },
  // Serialization of functions, for dynamic providers: it loads the TypeScript compiler and npm's dependency resolver.
  "@pulumi/pulumi/runtime/index.js": {
    "./closure/serializeClosure": ["serializeFunction", "serializeFunctionAsync"],
    "./closure/codePaths": ["computeCodePaths"],
  },
  // `pulumi --tracing`
  "@pulumi/pulumi/cmd/run/tracing.js": {
    "@opentelemetry/resources": [],
    "@opentelemetry/sdk-trace-base": [],
    "@opentelemetry/exporter-zipkin": [],
    "@opentelemetry/instrumentation-grpc": [],
    "@opentelemetry/sdk-trace-node": [],
    "@opentelemetry/instrumentation": [],
  },
  // Error messages in fifty languages.
  "zod/v4/core/index.cjs": { "../locales/index.cjs": [] },
  "zod/v4/classic/external.cjs": { "../locales/index.cjs": [] },
};

/** A debugger session, from which an error about a function that can't be serialized has the function's file. It slows all that is loaded. */
const debuggerSession = { importer: "@pulumi/pulumi/cmd/run/index.js", request: "../../runtime/closure/v8Hooks" };

/** Defers the modules from now on. */
function deferModules() {
  const load = Module._load;
  Module._load = function (request, parent, isMain) {
    const importer = nameInPackages(parent?.filename);
    if (importer === debuggerSession.importer && request === debuggerSession.request) return { isInitializedAsync: async () => {} };
    const functions = deferred[importer]?.[request];
    if (functions === undefined) return load.call(this, request, parent, isMain);
    let exported;
    return standIn(() => (exported ??= load.call(Module, request, parent, false)), functions);
  };
}

/** The path of a file below the node_modules that it is in. */
function nameInPackages(file) {
  const folder = `${path.sep}node_modules${path.sep}`;
  const at = file?.lastIndexOf(folder) ?? -1;
  return at === -1 ? undefined : file.slice(at + folder.length).replaceAll(path.sep, "/");
}

/** Looks like a module's exports. It says at once that they are those of an ES module, because importers ask for that first. */
function standIn(exported, functions) {
  const later = functions.map((name) => [name, (...args) => exported()[name](...args)]);
  return new Proxy(
    { __esModule: true, ...Object.fromEntries(later) },
    {
      get: (known, name) => (Object.hasOwn(known, name) ? known[name] : exported()[name]),
      has: (known, name) => Object.hasOwn(known, name) || name in exported(),
      ownKeys: () => Reflect.ownKeys(exported()),
      getOwnPropertyDescriptor: (_, name) => ({ ...Reflect.getOwnPropertyDescriptor(exported(), name), configurable: true }),
    },
  );
}

module.exports = { deferModules, deferred };
