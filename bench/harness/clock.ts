/** The one clock that all processes of a machine share: the monotonic one, in milliseconds with fractions. */

/** Since the machine's start. A double keeps nanoseconds of it for three months. */
export const now = (): number => milliseconds(process.hrtime.bigint());

/** Nanoseconds of the same clock, as another process wrote them down. */
export const milliseconds = (nanoseconds: bigint | string): number => Number(nanoseconds) / 1e6;
