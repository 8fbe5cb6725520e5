/** The double's events: listeners in order, typed at the object that carries them. */

type AnyListener = (...args: never[]) => void;

export class Events {
  readonly #listeners = new Map<string, AnyListener[]>();

  readonly on = (event: string, listener: AnyListener): void => {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  };

  readonly once = (event: string, listener: AnyListener): void => {
    const first = (...args: never[]) => {
      this.#listeners.set(
        event,
        (this.#listeners.get(event) ?? []).filter((one) => one !== first),
      );
      listener(...args);
    };
    this.on(event, first);
  };

  emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) Reflect.apply(listener, undefined, args);
  }

  /** Emits an event that can be prevented with what comes after it, and gives whether it was. */
  preventedWith(event: string, ...args: unknown[]): boolean {
    let prevented = false;
    const preventDefault = () => {
      prevented = true;
    };
    this.emit(event, { preventDefault }, ...args);
    return prevented;
  }

  /** Emits an event that can be prevented, as first argument with these fields, and gives whether it was. */
  prevented(event: string, fields: object = {}): boolean {
    let prevented = false;
    const preventDefault = () => {
      prevented = true;
    };
    this.emit(event, { ...fields, preventDefault });
    return prevented;
  }
}
