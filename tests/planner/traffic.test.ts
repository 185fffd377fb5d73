/** Proves the calculation of traffic weights. Doesn't prove when Azure applies them. */
import fc from "fast-check";
import { endpointTraffic, scaleWeights, sumOfWeights } from "../../planner/traffic";

test("the request body contains only deployments with traffic", () => {
  const shares = [
    { name: "main-1", weight: 100, mirror: 0 },
    { name: "main-0", weight: 0, mirror: 0 },
    { name: "shadow-1", weight: 0, mirror: 10 },
  ];
  expect(endpointTraffic(shares)).toEqual({ traffic: { "main-1": 100 }, mirrorTraffic: { "shadow-1": 10 } });
});

test("weights are scaled proportionally if a deployment was omitted", () => {
  expect(scaleWeights([{ weight: 60 }, { weight: 30 }]).map(({ weight }) => weight)).toEqual([67, 33]);
  expect(scaleWeights([{ weight: 10 }, { weight: 10 }, { weight: 10 }]).map(({ weight }) => weight)).toEqual([34, 33, 33]);
  expect(scaleWeights([{ weight: 0 }, { weight: 5 }]).map(({ weight }) => weight)).toEqual([0, 100]);
});

test("weights stay 0 if no deployment has a weight", () => {
  expect(scaleWeights([{ weight: 0 }, { weight: 0 }])).toEqual([{ weight: 0 }, { weight: 0 }]);
  expect(scaleWeights([])).toEqual([]);
});

test("scaled weights sum to exactly 100, keep their order and deviate by less than a percent", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ weight: fc.integer({ min: 0, max: 100 }) }), { minLength: 1, maxLength: 20 }), (shares) => {
      const sum = sumOfWeights(shares);
      fc.pre(sum > 0);
      const raised = scaleWeights(shares);
      expect(sumOfWeights(raised)).toBe(100);
      raised.forEach(({ weight }, index) => {
        expect(Number.isInteger(weight)).toBe(true);
        expect(Math.abs(weight - (shares[index]!.weight * 100) / sum)).toBeLessThan(1);
      });
    }),
  );
});
