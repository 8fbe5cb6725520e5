/** What people see of the instances of servers that have several. */
import type { ServerStatus } from "../../../../shared/protocol/daemon-api.ts";
import { addressParts, maskedText } from "../../../../shared/servers/secret-parts.ts";
import type { ServerConfig } from "../../../../shared/servers/server-config.ts";
import { redactText } from "../../../../shared/text/redact.ts";
import { expandConfig, type References } from "../config/expand-config.ts";
import { answers } from "../http/http-calls.ts";
import { createInstanceHealth, type InstanceHealth } from "../http/instance-health.ts";

export interface ServerInstances extends Pick<InstanceHealth, "heard" | "forget" | "dispose"> {
  /** The status with each instance, where there are several. */
  show(status: ServerStatus): ServerStatus;
}

export interface ServerInstancesOptions {
  config: (server: string) => ServerConfig | undefined;
  references: References;
  secrets: () => readonly string[];
  onChange: () => void;
  /** Milliseconds between looks at instances that are away. */
  lookMs?: number | undefined;
}

export function createServerInstances(options: ServerInstancesOptions): ServerInstances {
  const health = createInstanceHealth({
    async reachable(server, instance) {
      const config = options.config(server);
      const expanded = config === undefined ? undefined : expandConfig(config, options.references);
      const address = expanded?.ok === true ? addresses(expanded.value)[instance] : undefined;
      return address !== undefined && (await answers(address));
    },
    onChange: options.onChange,
    lookMs: options.lookMs,
  });
  const shown = (text: string) => redactText(text, options.secrets());
  return {
    heard: health.heard,
    forget: health.forget,
    dispose: health.dispose,
    show(status) {
      const config = options.config(status.name);
      // As configured: a reference stays one.
      const all = config === undefined ? [] : addresses(config);
      if (all.length < 2 || status.state === "disabled") return status;
      const away = health.away(status.name);
      const instances = all.map((url, i) => {
        const reason = away.get(i);
        return { url: shown(maskedText(addressParts(url))), ...(reason !== undefined && { away: shown(reason) }) };
      });
      return { ...status, instances };
    },
  };
}

const addresses = (config: ServerConfig): string[] =>
  "url" in config ? [config.url, ...(config.instances ?? [])] : [];
