export { askOwner, missingDiagnostics, missingZones } from "./ownerRequests";
