export { Traffic, type TrafficArgs, type TrafficTarget, type TrafficTransforms } from "./traffic";
