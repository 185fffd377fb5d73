import type { Rule } from "../model";
import { sameId } from "../path";
import { globallyUnique } from "./globalNames";

const ACCOUNT = "Microsoft.Storage/storageAccounts";

interface AccountProperties {
  readonly isHnsEnabled?: boolean;
}

const CONTAINER = `${ACCOUNT}/blobServices/containers`;

export const storageRules: readonly Rule[] = [
  {
    code: "container-being-deleted",
    types: [CONTAINER],
    on: ["create"],
    azureCode: "ContainerBeingDeleted",
    status: 409,
    source: "Azure REST reference, storageservices/delete-container: the name can't be used for at least 30 seconds",
    grade: "D",
    check: ({ id, inventory }) =>
      inventory.softDeleted(CONTAINER).some((one) => sameId(one.id, id))
        ? "The specified container is being deleted. Try operation later."
        : undefined,
  },
  globallyUnique(ACCOUNT, "StorageAccountAlreadyTaken", "storage account", "Azure docs, storage/common/storage-account-overview"),
  {
    code: "storage-name",
    types: [ACCOUNT],
    on: ["create"],
    azureCode: "AccountNameInvalid",
    status: 400,
    source: "Azure docs, azure-resource-manager/management/resource-name-rules",
    grade: "D",
    check: ({ name }) => {
      if (/^[a-z0-9]{3,24}$/.test(name)) return undefined;
      return `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`;
    },
  },
  {
    code: "storage-tag-names",
    types: [ACCOUNT],
    on: ["create", "update"],
    azureCode: "InvalidTagNameOrValue",
    status: 400,
    source: "Azure docs, azure-resource-manager/management/tag-resources: names of at most 128 characters on a storage account",
    grade: "D",
    check: ({ body: { tags = {} } }) => {
      const long = Object.keys(tags).find((name) => name.length > 128);
      return long && `The tag '${long}' is not allowed on a storage account: a name can have at most 128 characters.`;
    },
  },
  {
    code: "storage-kind-fixed",
    types: [ACCOUNT],
    on: ["update"],
    azureCode: "AccountPropertyCannotBeUpdated",
    status: 409,
    source: "Azure docs, storage/common/storage-account-upgrade: only upgrades to StorageV2",
    grade: "D",
    check: ({ body, previous }) => {
      const before = previous!.body.kind;
      return body.kind === before || body.kind === "StorageV2"
        ? undefined
        : `The property 'kind' can't be changed from ${before} to ${body.kind}.`;
    },
  },
  {
    code: "storage-hns-fixed",
    types: [ACCOUNT],
    on: ["update"],
    azureCode: "AccountPropertyCannotBeUpdated",
    status: 409,
    source: "Azure docs, storage/blobs/create-data-lake-storage-account",
    grade: "K",
    check: ({ body, previous }) => {
      const [now, before] = [body, previous!.body].map(({ properties }) => (properties as AccountProperties).isHnsEnabled === true);
      return now === before ? undefined : "The property 'isHnsEnabled' was specified in the input, but it cannot be updated.";
    },
  },
  {
    code: "container-name",
    types: ["Microsoft.Storage/storageAccounts/blobServices/containers"],
    on: ["create"],
    azureCode: "ContainerOperationFailure",
    status: 400,
    source: "Azure docs, azure-resource-manager/management/resource-name-rules",
    grade: "D",
    check: ({ name }) => {
      if (/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name) || ["$root", "$web", "$logs"].includes(name)) return undefined;
      return `The specified resource name '${name}' contains invalid characters or has a length out of 3 to 63.`;
    },
  },
];
