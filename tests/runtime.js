// Jest gives each test file separate modules, so that test files cannot affect each other, and compiles every source again for each file. Here a
// worker compiles a source once and only runs it again, which saves much of the time of suites that load Pulumi.
const vm = require("node:vm");
const { default: Runtime } = require("jest-runtime");

/** By file: its source and what that was compiled to, for as long as the worker lives. */
const compiled = new Map();

function compile(source, filename, parameters) {
  const known = compiled.get(filename);
  if (known?.source === source) return known.script;
  const head = `(function (${parameters.join(", ")}) {`;
  const script = new vm.Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
  compiled.set(filename, { source, script });
  return script;
}

/** Holds the test that is running, for jest. */
class TestInProgress {
  getStore() {
    return this.store;
  }

  run(store, act) {
    const outer = this.store;
    this.store = store;
    const back = () => {
      this.store = outer;
    };
    const ended = act();
    ended.then(back, back);
    return ended;
  }
}

exports.__esModule = true;
exports.default = class extends Runtime {
  constructor(...args) {
    super(...args);
    const { executor, coreModule, _environment: environment } = this;
    const compileAgain = executor.compile.bind(executor);
    executor.compile = (source, filename) => {
      const context = environment.getVmContext();
      try {
        return compile(source, filename, executor.injectedModuleParameters).runInContext(context);
      } catch {
        // Jest says well what is wrong with a source, or that the environment is gone.
        return compileAgain(source, filename);
      }
    };
    // Jest keeps the current test in an AsyncLocalStorage, for concurrent tests (`test.concurrent`), which are not used here. With one, Node
    // tracks every promise, which takes a tenth of the time of a program that creates many.
    const load = coreModule.require.bind(coreModule);
    coreModule.require = (name) => (this.isStarting && name === "node:async_hooks" ? { AsyncLocalStorage: TestInProgress } : load(name));
  }

  /** Whether jest itself is being loaded, before anything of a test. */
  get isStarting() {
    return this.testMainModule.current === null || this.testMainModule.current === undefined;
  }
};
