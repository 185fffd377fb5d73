/**
 * Seconds after which a key or token is requested again, so that a long load outlasts a token. Source: Azure CLI, `az account
 * get-access-token`: a token is valid for at least 5 minutes.
 */
const reuseSeconds = 240;

/**
 * Returns a function that returns the result of `get`, which is called again when it is too old.
 * @param now Milliseconds. @default - the current time
 */
export function renewing<T>(get: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let current: { readonly value: Promise<T>; readonly until: number } | undefined;
  return () => {
    if (current !== undefined && now() < current.until) return current.value;
    const renewed = { value: get(), until: now() + reuseSeconds * 1000 };
    current = renewed;
    renewed.value.catch(() => {
      if (current === renewed) current = undefined;
    });
    return renewed.value;
  };
}
