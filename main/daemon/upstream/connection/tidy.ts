/**
 * Leaves out what means nothing in what servers say of themselves: optional fields that are null or of another type than MCP
 * gives them. Languages without absent fields write null, and one such field would cost a strict agent the whole list.
 */
import { numberOf } from "../../../../shared/text/exact-json.ts";
import { isObject, type JsonObject } from "../../rpc/message.ts";

type Test = (value: unknown) => boolean;
const isText: Test = (value) => typeof value === "string";
const isFlag: Test = (value) => typeof value === "boolean";
const isNumber: Test = (value) => numberOf(value) !== undefined;
const isShare = (number: number | undefined): boolean => number !== undefined && number >= 0 && number <= 1;

/** Optional fields of tools, prompts, resources, templates and of who a server is (MCP 2025-11-25, schema). */
const OPTIONAL: Readonly<Record<string, Test>> = {
  title: isText,
  description: isText,
  mimeType: isText,
  websiteUrl: isText,
  size: isNumber,
  annotations: isObject,
  outputSchema: isObject,
  execution: isObject,
  arguments: Array.isArray,
  icons: Array.isArray,
  _meta: isObject,
};
const OF_ANNOTATIONS: Readonly<Record<string, Test>> = {
  title: isText,
  readOnlyHint: isFlag,
  destructiveHint: isFlag,
  idempotentHint: isFlag,
  openWorldHint: isFlag,
  audience: (value) => Array.isArray(value) && value.every((item) => item === "user" || item === "assistant"),
  priority: (value) => isShare(numberOf(value)),
  lastModified: isText,
};
const OF_ARGUMENT: Readonly<Record<string, Test>> = { title: isText, description: isText, required: isFlag };

/** The same object where all is well. Fields that are not named here stay as they are. */
function keep(item: JsonObject, tests: Readonly<Record<string, Test>>): JsonObject {
  let tidied: JsonObject | undefined;
  for (const name in tests) {
    if (item[name] === undefined || tests[name]?.(item[name]) === true) continue;
    tidied ??= { ...item };
    delete tidied[name];
  }
  return tidied ?? item;
}

const inside = (item: JsonObject, name: string, tests: Readonly<Record<string, Test>>): JsonObject => {
  const value = item[name];
  const kept = isObject(value) ? keep(value, tests) : value;
  return kept === value ? item : { ...item, [name]: kept };
};

/** One prompt, resource or template of a list, or a server's own description of itself. */
export function tidyItem(item: JsonObject): JsonObject {
  const own = inside(keep(item, OPTIONAL), "annotations", OF_ANNOTATIONS);
  const given = own.arguments;
  if (!Array.isArray(given)) return own;
  const kept = given.map((argument: unknown) => (isObject(argument) ? keep(argument, OF_ARGUMENT) : argument));
  return kept.every((argument, i) => argument === given[i]) ? own : { ...own, arguments: kept };
}

/**
 * One tool of a list. What its schemas say is the server's own word, but for what they do not say, and for their type: MCP
 * wants an object, and a strict agent refuses the tools of all servers over one without.
 */
export function tidyTool(tool: JsonObject): JsonObject {
  const own = tidyItem(tool);
  const { inputSchema, outputSchema, ...rest } = own;
  const input = isObject(inputSchema) ? ofObjects(withoutNulls(inputSchema)) : { type: "object" };
  const output = isObject(outputSchema) ? withoutNulls(outputSchema) : undefined;
  // Results are checked against it: one that may be something else promises nothing that can be kept.
  const promised = output?.type === "object" ? membersOf(output) : undefined;
  if (input === inputSchema && promised === outputSchema) return own;
  return { ...rest, inputSchema: input, ...(promised !== undefined && { outputSchema: promised }) };
}

const ofObjects = (schema: JsonObject): JsonObject =>
  membersOf(schema.type === "object" ? schema : { ...schema, type: "object" });

/** `properties` as an object of objects (`true` and `false` are schemas, too: JSON Schema 2020-12, 4.3.2), `required` as names. */
function membersOf(schema: JsonObject): JsonObject {
  const { properties, required } = schema;
  const names = Array.isArray(required) && required.every(isText);
  const members = isObject(properties) && Object.values(properties).every(isObject);
  if ((required === undefined || names) && (properties === undefined || members)) return schema;
  const { properties: _, required: __, ...rest } = schema;
  return {
    ...rest,
    ...(isObject(properties) && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, asObject(value)])),
    }),
    ...(Array.isArray(required) && { required: required.filter(isText) }),
  };
}

function asObject(schema: unknown): JsonObject {
  if (isObject(schema)) return schema;
  return schema === false ? { not: {} } : {};
}

/** Capabilities: those that are null or false are not offered; one that is only said to be there has no details. */
export function tidyCapabilities(given: unknown): JsonObject {
  if (!isObject(given)) return {};
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      if (value === true) return [[name, {}]];
      return isObject(value) ? [[name, withoutNulls(value)]] : [];
    }),
  );
}

const withoutNulls = (value: JsonObject): JsonObject =>
  Object.values(value).includes(null)
    ? Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null))
    : value;

/** Name and version are what an agent wants of a server, whatever it says of itself. */
export function tidyServerInfo(given: unknown): JsonObject {
  const info = isObject(given) ? tidyItem(given) : {};
  const { name, version } = info;
  if (typeof name === "string" && typeof version === "string") return info;
  return {
    ...info,
    name: typeof name === "string" ? name : "unknown",
    version: typeof version === "string" ? version : "0",
  };
}

/** One page of a list under `key`: a cursor that is none is left out, and so is what is no object among the items. */
export function tidyPage(result: JsonObject, key: string): JsonObject {
  const { nextCursor, ...rest } = result;
  const items = result[key];
  const kept = Array.isArray(items) ? items.filter(isObject).map(tidyItem) : items === null ? [] : items;
  const meta = "_meta" in rest && !isObject(rest._meta);
  return {
    ...(meta ? Object.fromEntries(Object.entries(rest).filter(([name]) => name !== "_meta")) : rest),
    [key]: kept,
    ...(typeof nextCursor === "string" && { nextCursor }),
  };
}
