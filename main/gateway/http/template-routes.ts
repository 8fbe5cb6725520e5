/** The routes of the agents that people add themselves. Their credentials are shown as masks, which stand for what is kept. */
import {
  type AgentTemplate,
  type AgentTemplates,
  agentTemplateSchema,
} from "../../../shared/protocol/agent-templates.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { check } from "../../../shared/protocol/schema.ts";
import { readTemplates, writeTemplates } from "../../agents/templates.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { may } from "../auth/identity.ts";
import { keepEntries } from "../masks/kept-entries.ts";
import { maskEntry, outlineEntry } from "../masks/mask-entry.ts";
import { unmaskFrom } from "../masks/unmask.ts";
import { answer } from "./answer.ts";
import { handlers } from "./router.ts";

export function templateRoutes({ home }: { home: HomeFolder }) {
  /** Undo brings back a removed one as it was shown. */
  const kept = keepEntries();

  return handlers({
    "GET /api/v1/agent-templates": (context) => {
      const read = readTemplates(home);
      if (!read.ok) return answer(context, read);
      const show = may(context.env.identity, "act") ? maskEntry : outline;
      return answer(context, ok({ templates: read.value.templates.map(show) }));
    },
    "PUT /api/v1/agent-templates": (context, body) => {
      const before = readTemplates(home);
      const known = before.ok ? before.value.templates : [];
      const whole = unmaskAll(body, (id) => [...known.filter((item) => item.id === id), ...kept.of(id)]);
      if (!whole.ok) return answer(context, whole);
      const written = writeTemplates(home, whole.value);
      if (!written.ok) return answer(context, written);
      for (const template of known) {
        if (!whole.value.templates.some((item) => same(item, template))) kept.keep(template.id, template);
      }
      return answer(context, ok({ templates: written.value.templates.map(maskEntry) }));
    },
  });
}

const same = (one: AgentTemplate, other: AgentTemplate) => JSON.stringify(one) === JSON.stringify(other);

const outline = (template: AgentTemplate) => ({
  ...(outlineEntry(template) as object),
  id: template.id,
  name: template.name,
});

function unmaskAll({ templates }: AgentTemplates, from: (id: string) => readonly unknown[]): Result<AgentTemplates> {
  const whole: AgentTemplate[] = [];
  for (const shown of templates) {
    const unmasked = unmaskFrom(from(shown.id), shown.name, shown);
    if (!unmasked.ok) return unmasked;
    const template = check(agentTemplateSchema, unmasked.value);
    if (!template.ok) return failed("bad-agent", `${shown.name}: ${template.reason}.`);
    whole.push(template.value);
  }
  return ok({ templates: whole });
}
