/** The address under which the app's own page lives, and whether an address is that of our page. */

export const UI_SCHEME = "signalbox-app";
/** As the browser writes it in `Origin` headers and `location.origin`. */
export const UI_ORIGIN = `${UI_SCHEME}://ui`;

/** True for addresses within our origin and for nothing that merely begins like it. */
export const isUiAddress = (address: string): boolean => address === UI_ORIGIN || address.startsWith(`${UI_ORIGIN}/`);
