export async function image(_: unknown): Promise<void> {
  throw new Error("x");
}
