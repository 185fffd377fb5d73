import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { EngineLog } from "./provider";

/** Seconds. A log line must not delay a resource. */
const patience = 5;

/** Sends log lines to an engine. Does nothing if its address is unknown, or if it doesn't respond. */
export function engineLog(address: () => string | undefined): EngineLog {
  return (urn, message) => {
    const target = address();
    if (!target) return Promise.resolve();
    const client = new EngineClient(target, grpc.credentials.createInsecure());
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    return new Promise((resolve) => {
      client.log(request, new grpc.Metadata(), { deadline: Date.now() + patience * 1000 }, () => {
        client.close();
        resolve();
      });
    });
  };
}
