// Proves how the region of a host is recognized, and what findings show of an address. Doesn't prove where a host is: only Azure's names tell it.
import { hostOf } from "../../../rules/place/host";
import { UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, resourceOf } from "./world";

const hook = (serviceUri: Value) =>
  resourceOf("Microsoft.ContainerRegistry/registries/webhooks", { location: "swedencentral", properties: { serviceUri } });
const checkOf = (serviceUri: Value) => checksOf(hook(serviceUri)).find(({ code }) => code === "MOOR420");

test.each<[Value, string]>([
  ["https://hooks.swedencentral-01.azurewebsites.net/x", "holds"],
  ["https://hooks.westeurope-01.azurewebsites.net/x", "violated"],
  ["https://prod-12.swedencentral.logic.azure.com/x", "holds"],
  ["https://chat.swedencentral.inference.ml.azure.com/score", "holds"],
  ["https://swedencentral.api.azureml.ms", "holds"],
  ["https://x.swedencentral.azurecontainer.io", "holds"],
  ["https://x.region.swedencentral.azurecontainerapps.io", "holds"],
  // Names that anyone can choose.
  ["https://swedencentral.azurewebsites.net", "violated"],
  ["https://swedencentral-hooks.azurewebsites.net", "violated"],
  ["https://swedencentral-01.azure-api.net", "violated"],
  ["https://x.swedencentral.azurefd.net", "violated"],
  ["https://swedencentral.trafficmanager.net", "violated"],
  ["https://swedencentral.example.com", "violated"],
  ["https://x.swedencentral.azurecontainer.io.example.com", "violated"],
  ["https://example.com/swedencentral.logic.azure.com", "violated"],
  ["https://swedencentral.logic.azure.com@example.com", "violated"],
  ["https://management.azure.com", "violated"],
  ["//example.com", "violated"],
  ["203.0.113.7", "violated"],
  ["[2001:db8::1]:443", "violated"],
  ["http://[::1]:8080", "holds"],
  ["http://127.0.0.1", "holds"],
  ["http://127.0.0.1.example.com", "violated"],
  ["http://192.168.1.1", "unknown"],
  ["http://172.32.0.1", "violated"],
  ["https://home.blob.core.windows.net", "holds"],
  ["https://home.privatelink.blob.core.windows.net", "holds"],
  ["https://home.blob.core.windows.net.", "holds"],
  ["https://HOME.BLOB.CORE.WINDOWS.NET", "holds"],
  ["https://home.example.blob.core.windows.net", "unknown"],
  ["https://xhome.blob.core.windows.net", "violated"],
  ["https://home.swedencentral.data.azurecr.io", "holds"],
  ["https://home.westeurope.data.azurecr.io", "violated"],
  ["https://home.servicebus.windows.net", "holds"],
  ["https://away.servicebus.windows.net", "violated"],
  ["https://vault.documents.azure.com", "unknown"],
  ["not an address", "violated"],
  ["", "violated"],
  [UNKNOWN, "unknown"],
  [7, "violated"],
])("%p", (serviceUri, outcome) => {
  expect(checkOf(serviceUri)?.outcome).toBe(outcome);
});

test.each([
  "https://example.com/planted",
  "https://planted:planted@example.com",
  "https://example.com?planted",
  "example.com/x?sig=planted",
  "planted@example.com",
  "Endpoint=sb://example.com/;SharedAccessKey=planted",
  "AccountName=x;AccountKey=planted",
  "planted with spaces",
])("a finding doesn't show more of %p than a host", (serviceUri) => {
  const { resource: _, ...check } = checkOf(serviceUri)!;
  expect(check.outcome).toBe("violated");
  expect(JSON.stringify(check)).not.toContain("planted");
});

test.each([
  ["https://example.com:443/x", "example.com"],
  ["wasbs://c@home.blob.core.windows.net/x", "home.blob.core.windows.net"],
  ["grpc://otel.example.com:4317", "otel.example.com"],
  ["otel.example.com:4317", "otel.example.com"],
  ["*.example.com", "*.example.com"],
  ["EXAMPLE.com", "example.com"],
  ["exa mple", undefined],
  ["", undefined],
])("the host of %p", (text, host) => {
  expect(hostOf(text)).toBe(host);
});
