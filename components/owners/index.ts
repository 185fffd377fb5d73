export { missingDiagnostics, missingZones, reportMissing } from "./ownerRequests";
