export { missingDiagnostics, missingZones, reportMissing as askOwner } from "./ownerRequests";
