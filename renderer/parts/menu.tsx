/** The page's drop-down menus. */
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { join } from "./button.tsx";
import styles from "./menu.module.css";

interface MenuProps {
  trigger: ReactElement<Record<string, unknown>>;
  children: ReactNode;
  align?: "start" | "end";
}

export function Menu({ trigger, children, align = "end" }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} className={styles.positioner}>
          <Base.Popup className={styles.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface ItemProps {
  onClick: () => void;
  children: ReactNode;
  icon?: ReactNode;
  keys?: string | undefined;
  danger?: boolean;
  disabled?: boolean;
}

export function MenuItem({ onClick, children, icon, keys, danger = false, disabled = false }: ItemProps) {
  return (
    <Base.Item className={join(styles.item, danger && styles.danger)} onClick={onClick} disabled={disabled}>
      <span className={styles.icon}>{icon}</span>
      <span className={styles.name}>{children}</span>
      {keys !== undefined && <span className={styles.keys}>{keys}</span>}
    </Base.Item>
  );
}

export const MenuLine = () => <Base.Separator className={styles.line} />;
