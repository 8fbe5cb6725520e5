/** Owns the generated parts of docs/performance.md: what stands between its marks comes from the record. */
export function writeDocs(): void {
  throw new Error("not yet");
}
