/** The page's buttons: ordinary and primary ones with words, and quiet ones with an icon and a name. */
import type { ButtonHTMLAttributes, Ref } from "react";
import styles from "./button.module.css";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `danger` confirms a loss; `remove` stands beside each entry of a list, and is quiet until it is pointed at. */
  kind?: "plain" | "primary" | "danger" | "remove" | "link";
  /** At work: it does nothing for the moment, and keeps the focus that a disabled button would lose. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = "plain", busy = false, className, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={join(styles.button, styles[kind], className)}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    />
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does; read out, and shown on hover. */
  label: string;
  /** The key that does the same, as people read it. */
  keys?: string | undefined;
  pressed?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, keys, pressed, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={join(styles.icon, className)}
      aria-label={label}
      aria-pressed={pressed}
      title={keys === undefined ? label : `${label} (${keys})`}
      {...rest}
    />
  );
}

export function Kbd({ children }: { children: string }) {
  return <kbd className={styles.kbd}>{children}</kbd>;
}

export const join = (...names: readonly (string | false | undefined)[]): string => names.filter(Boolean).join(" ");
