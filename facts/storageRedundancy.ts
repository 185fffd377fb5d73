/** Redundancy of storage accounts. Source: Azure docs, storage/common/storage-redundancy (2023-07-17). */

/** Whether an account with a SKU such as `Standard_RAGRS` has a copy in the paired region. */
export function isGeoRedundant(sku: string): boolean {
  return /_(RA)?G(RS|ZRS)$/i.test(sku);
}
