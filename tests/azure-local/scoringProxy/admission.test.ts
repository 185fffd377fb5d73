// Does not prove that Azure counts exactly across several instances of its front end.
import { Admission, admitted } from "../../../azure-local/scoringProxy/admission";
import { deployment, endpoint } from "./support";

test("a deployment admits 2 × concurrency × instances requests, and ending a request twice counts once", () => {
  const admission = new Admission();
  const main = deployment("main", { maxConcurrentRequestsPerInstance: 2, instances: 3 });
  expect(admitted(main)).toBe(12);
  const places = Array.from({ length: 12 }, () => admission.enter(endpoint(), main)!);
  expect(places.every((leave) => typeof leave === "function")).toBe(true);
  expect(admission.enter(endpoint(), main)).toBeUndefined();
  expect(admission.enter(endpoint({ region: "westeurope" }), main)).toBeDefined();
  places[0]!();
  places[0]!();
  expect(admission.enter(endpoint(), main)).toBeDefined();
  expect(admission.enter(endpoint(), main)).toBeUndefined();
});
