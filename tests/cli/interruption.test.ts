// Proves what Ctrl-C does in commands that end their work themselves, with signals that the test emits. Doesn't prove when npm repeats a signal.
import { onInterrupt } from "../../cli/interruption";

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test("The first Ctrl-C aborts the signal, its repetition by npm is ignored, and a second one ends the process.", () => {
  jest.useFakeTimers();
  const shown = jest.spyOn(console, "error").mockImplementation(() => {});
  const exit = jest.spyOn(process, "exit").mockImplementation(() => undefined as never);
  const listeners = process.listenerCount("SIGINT");
  const { signal, end } = onInterrupt("Ending the copy.");
  expect(signal.aborted).toBe(false);
  process.emit("SIGINT");
  expect([signal.aborted, shown.mock.calls]).toEqual([true, [["Ending the copy."]]]);
  jest.advanceTimersByTime(50);
  process.emit("SIGINT");
  // Without a listener, the process would have ended before its cleanup.
  expect([exit.mock.calls, shown.mock.calls.length, process.listenerCount("SIGINT")]).toEqual([[], 1, listeners + 1]);
  jest.advanceTimersByTime(200);
  process.emit("SIGINT");
  expect(exit.mock.calls).toEqual([[130]]);
  end();
  expect(process.listenerCount("SIGINT")).toBe(listeners);
});
