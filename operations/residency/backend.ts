/** Where the state of a stack is stored, and who encrypts the secrets in it. */
import { type ArmClient, ArmError } from "../../azure/arm";
import { armTypeOf, type TypedResourceName } from "../../azure/resourceTypes";
import { type Contract, isAllowed } from "../../rules";
import type { StackPulumi } from "../stackPulumi";
import type { StateRow } from "./document";
import { type Place, placeOf } from "./evidence";
import { safeText } from "./safe";

/** Options of `stateRow`. */
export interface BackendOptions {
  readonly contract: Contract;
  /** `secretsprovider` of the stack file. Undefined: a passphrase, or the service of the backend. */
  readonly secretsProvider?: string;
  /** Reads the regions. @default - they are not read */
  readonly azure?: ArmClient;
  readonly subscriptionId?: string;
}

/** @throws Error if Pulumi isn't logged in to a backend */
export async function stateRow(pulumi: StackPulumi, options: BackendOptions): Promise<StateRow> {
  const { url } = JSON.parse(await pulumi.must(["whoami", "--verbose", "--json"])) as { readonly url?: string };
  return stateRowOf(url ?? "", options);
}

/** @param url URL of the backend. It can contain the name of a user, which the row doesn't contain. */
export async function stateRowOf(url: string, options: BackendOptions): Promise<StateRow> {
  const backend = backendOf(url);
  const provider = providerOf(options.secretsProvider, backend.isService);
  const [state, secrets] = await Promise.all([locate(options, backend.account), locate(options, provider.vault)]);
  const notes = [
    ...problem("The state", { why: backend.why, named: backend.account }, state, options),
    ...problem("The secrets provider", { why: provider.why, named: provider.vault }, secrets, options),
  ];
  const places = [state, secrets].filter((one) => one !== undefined);
  const isOutside = places.some(({ region }) => region !== undefined && !isAllowed(options.contract, region));
  return {
    backend: backend.text,
    ...state,
    secretsProvider: provider.text,
    ...(secrets?.region === undefined ? {} : { secretsRegion: secrets.region, secretsCountry: secrets.country }),
    outcome: isOutside ? "violated" : notes.length === 0 ? "proved" : "unproved",
    note: notes.join(" "),
  };
}

interface Named {
  readonly type: TypedResourceName;
  readonly name: string;
}

interface Backend {
  readonly text: string;
  readonly isService: boolean;
  /** The storage account, whose region is the region of the state. */
  readonly account?: Named;
  /** Why the region isn't known. Undefined if Azure knows it. */
  readonly why?: string;
}

/** Source: Pulumi docs, iac/concepts/state-and-backends (2026). */
function backendOf(url: string): Backend {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  switch (parsed?.protocol) {
    case "azblob:": {
      const name = parsed.searchParams.get("storage_account") ?? "";
      const text = safeText(`Azure Blob Storage, container ${parsed.host}${name === "" ? "" : ` of the storage account ${name}`}`);
      if (name === "") return { text, isService: false, why: "The URL of the backend doesn't contain `storage_account`." };
      return { text, isService: false, account: { type: "storage:StorageAccount", name } };
    }
    case "file:":
      return { text: "files on the machine that runs Pulumi", isService: false, why: "No service shows the region of that machine." };
    case "https:":
    case "http:":
      return { text: safeText(`the Pulumi service ${parsed.host}`), isService: true, why: "The service doesn't show its region." };
    case "s3:":
    case "gs:":
      return { text: safeText(`${parsed.protocol}//${parsed.host}`), isService: false, why: "Its region is not read." };
    default:
      return { text: "not known", isService: false, why: "Moor doesn't support the form of its URL." };
  }
}

interface Provider {
  readonly text: string;
  readonly vault?: Named;
  readonly why?: string;
}

function providerOf(setting: string | undefined, isService: boolean): Provider {
  if (setting === undefined || setting === "default")
    return isService ? { text: "the Pulumi service", why: "The service doesn't show its region." } : { text: "a passphrase" };
  const name = /^azurekeyvault:\/\/([^./]+)\./.exec(setting)?.[1];
  if (name !== undefined) return { text: `the key vault ${safeText(name)}`, vault: { type: "keyvault:Vault", name } };
  if (setting === "passphrase") return { text: "a passphrase" };
  return { text: safeText(setting.split("?")[0]!), why: "Its region is not read." };
}

/** The place of the resource with a name that is unique in Azure. Undefined if it isn't read or isn't found. */
async function locate({ azure, subscriptionId }: BackendOptions, named: Named | undefined): Promise<Place | undefined> {
  if (named === undefined || azure === undefined || subscriptionId === undefined) return undefined;
  const collection = `/subscriptions/${subscriptionId}/providers/${armTypeOf(named.type)}`;
  try {
    const all = await azure.list<{ readonly name: string; readonly location: string }>(collection);
    const found = all.find(({ name }) => name.toLowerCase() === named.name.toLowerCase());
    return found === undefined ? undefined : placeOf(found.location);
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    return undefined;
  }
}

/** @param named The resource that has the place. Undefined if there is none. */
function problem(
  what: string,
  { why, named }: { readonly why?: string; readonly named?: Named },
  place: Place | undefined,
  { contract, azure }: BackendOptions,
): string[] {
  const { region } = place ?? {};
  if (region !== undefined) return isAllowed(contract, region) ? [] : [`${what} is in ${region}, outside the residency.`];
  if (why !== undefined) return [`${what}: ${why}`];
  if (named === undefined) return [];
  return [`${what}: ${azure === undefined ? "its region is read only with --live." : `${named.name} was not found in the subscription.`}`];
}
