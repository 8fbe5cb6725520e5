/** An example: a page whose table agents read and fill. */
import { connectTools } from "./client-tools.js";

const byId = (id) => document.getElementById(id);
const rows = [];
let client;

const row = {
  type: "object",
  properties: { name: { type: "string" }, price: { type: "number" } },
  required: ["name", "price"],
};
const tools = [
  {
    name: "read_table",
    description: "Reads all rows of the products table on the person's screen.",
    inputSchema: { type: "object" },
    annotations: { readOnlyHint: true },
    run: () => ({ rows }),
  },
  {
    name: "add_rows",
    description: "Adds rows to the products table on the person's screen.",
    inputSchema: { type: "object", properties: { rows: { type: "array", items: row } }, required: ["rows"] },
    run(params, { progress, signal }) {
      for (const [index, added] of params.rows.entries()) {
        signal.throwIfAborted();
        rows.push(added);
        const line = byId("rows").insertRow();
        // As text: what an agent sends is no markup.
        line.insertCell().textContent = added.name;
        line.insertCell().textContent = String(added.price);
        progress(index + 1, params.rows.length, added.name);
      }
      return { rows: rows.length };
    },
  },
];

byId("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  client?.close();
  client = connectTools({
    url: `${byId("address").value.replace(/^http/, "ws").replace(/\/$/, "")}/ws/tools`,
    token: byId("token").value,
    name: "table",
    title: "A table for agents",
    takeover: client !== undefined,
    tools,
    onState(state, reason) {
      byId("state").textContent = reason ? `${state}: ${reason}` : state;
    },
  });
});
