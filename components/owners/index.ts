export { missingDiagnostics, missingLogs, missingZones, reportMissing } from "./ownerRequests";
