// Proves how server-sent events are read, however they are cut into chunks, and what is measured. tests/components/endpoint/gate proves which
// streams are rejected.
import * as fc from "fast-check";
import { EventReader, readEvents, shortAnswerTokens } from "../../../components/scoring/stream";
import { doneEvent, event, stopEvent, textEvent, usageEvent } from "./support";

const stream = textEvent("Grüße ") + textEvent("Welt") + stopEvent + usageEvent(7) + doneEvent;

test("The result doesn't depend on where the chunks are cut, nor on the kind of line ends.", () => {
  const whole = readEvents(stream);
  expect(whole).toEqual({ problem: undefined, contentEvents: 2, completionTokens: 7, firstContentSeconds: 0 });
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), fc.boolean(), (cuts, windows) => {
      const text = windows ? stream.replaceAll("\n", "\r\n") : stream;
      const reader = new EventReader();
      const ends = [...cuts, text.length].sort((a, b) => a - b);
      ends.reduce((from, to) => {
        reader.add(text.slice(from, to), 0);
        return to;
      }, 0);
      expect(reader.end(0)).toEqual(whole);
    }),
  );
});

test("The time to the first token is that of the first event with text, not that of the first event.", () => {
  const reader = new EventReader();
  reader.add(event({ choices: [{ delta: { role: "assistant", content: "" } }] }), 0.1);
  reader.add(textEvent("hello").slice(0, 20), 0.4);
  reader.add(textEvent("hello").slice(20), 0.7);
  reader.add(textEvent("again") + stopEvent + doneEvent, 0.9);
  expect(reader.end(1)).toEqual({ problem: undefined, contentEvents: 2, firstContentSeconds: 0.7 });
});

test("The time of a short answer is that of its last token.", () => {
  const reader = new EventReader();
  for (let index = 1; index <= shortAnswerTokens + 4; index++) reader.add(textEvent("x"), index);
  expect(reader.end(99).shortAnswerSeconds).toBe(shortAnswerTokens);
});

test("A last event without an empty line after it counts.", () => {
  expect(readEvents(textEvent("a") + stopEvent + doneEvent.trimEnd()).problem).toBeUndefined();
});

test.each([
  ["nothing", "", "the stream doesn't end with [DONE]; it was interrupted"],
  ["an event after [DONE]", stream + doneEvent, "an event of the stream isn't JSON"],
  ["null", `data: null\n\n${stream}`, "an event of the stream isn't JSON"],
  ["half an event", stream.slice(0, 30), "the stream doesn't end with [DONE]; it was interrupted"],
])("A stream with %s is rejected.", (_, text, problem) => {
  expect(readEvents(text).problem).toBe(problem);
});
