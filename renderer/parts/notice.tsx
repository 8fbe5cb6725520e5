/** The page's two ways of saying how things stand: an empty place with a next step, and a banner above something. */
import type { ReactNode } from "react";
import { join } from "./button.tsx";
import styles from "./notice.module.css";

interface EmptyProps {
  text: string;
  hint?: string | undefined;
  icon?: ReactNode;
  children?: ReactNode;
}

/** Centred in the room that it is given. */
export function Empty({ text, hint, icon, children }: EmptyProps) {
  return (
    <div className={styles.empty}>
      {icon !== undefined && <div className={styles.emptyIcon}>{icon}</div>}
      <p className={styles.text}>{text}</p>
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </div>
  );
}

interface BannerProps {
  tone: "warn" | "bad" | "quiet";
  icon?: ReactNode;
  children: ReactNode;
  actions?: ReactNode;
}

export function Banner({ tone, icon, children, actions }: BannerProps) {
  return (
    <div className={join(styles.banner, styles[tone])}>
      {icon}
      <p className={styles.bannerText}>{children}</p>
      {actions !== undefined && <span className={styles.bannerActions}>{actions}</span>}
    </div>
  );
}
