// The list of a task's documents: sorted, filtered, a screenful at a time.

import { el, fill, hidden, wide } from "./dom.js";
import { report, href, headAt } from "./store.js";
import { count, fixed, signed } from "./format.js";
import { plain } from "./text.js";
import { heading } from "./table.js";

const PER_PAGE = 40;
const documentStates = new Map();

/** How a task's documents are shown; kept while the page is open. */
export function stateOf(task) {
  if (!documentStates.has(task.label)) {
    documentStates.set(task.label, { column: "row", descending: false, show: "all", page: 0 });
  }
  return documentStates.get(task.label);
}

function rightOf(column, at) {
  return column.right ? column.right[at] : null;
}

/** How many of the models that were asked were right, and how many were asked. */
function rights(list, at) {
  const marks = list.models.filter((column) => column?.right).map((column) => column.right[at]).filter((mark) => mark !== "-");
  return [marks.filter((mark) => mark === "1").length, marks.length];
}

function spread(list, at) {
  const margins = list.models.map((column) => column?.margin[at]).filter((margin) => Number.isFinite(margin));
  return margins.length > 1 ? (Math.max(...margins) - Math.min(...margins)) / 100 : null;
}

const FILTERS = [
  ["all", "all", () => true],
  ["differ", "models differ", (list, at) => { const [right, n] = rights(list, at); return right > 0 && right < n; }],
  ["none", "no model is right", (list, at) => { const [right, n] = rights(list, at); return n > 0 && right === 0; }],
  ["every", "every model is right", (list, at) => { const [right, n] = rights(list, at); return n > 0 && right === n; }],
];

function keyOf(list, id) {
  if (id === "rights") return (at) => rights(list, at)[0];
  if (id === "spread") return (at) => spread(list, at);
  const model = /^model-(\d+)$/.exec(id);
  if (model) return (at) => list.models[Number(model[1])]?.margin[at] ?? null;
  return (at) => at;
}

/** Places of the documents that are shown, in their order. */
export function orderOf(task, list) {
  const state = stateOf(task);
  const id = `${state.column} ${state.descending} ${state.show}`;
  if (list.order?.id === id) return list.order.places;
  const keep = FILTERS.find(([name]) => name === state.show)[2];
  const places = [];
  for (let at = 0; at < task.n; at += 1) if (keep(list, at)) places.push(at);
  const key = keyOf(list, state.column);
  const keys = new Map(places.map((at) => [at, key(at) ?? Number.NEGATIVE_INFINITY]));
  const sign = state.descending ? -1 : 1;
  places.sort((a, b) => sign * (keys.get(a) - keys.get(b)) || a - b);
  list.order = { id, places };
  return places;
}

function modelCell(list, column, at) {
  if (!column) return el("td", {});
  const margin = column.margin[at];
  const words = Number.isFinite(margin) ? signed(margin / 100, 2) : "\u2013";
  const right = rightOf(column, at);
  if (right === null) return el("td", { class: "number" }, fixed(column.value[at], 3));
  if (right === "-") return el("td", { class: "number muted" }, "\u2013", hidden("not asked"));
  const mark = right === "1" ? "\u2713" : "\u2717";
  return el(
    "td",
    { class: `number ${right === "1" ? "right" : "wrong"}` },
    el("span", { "aria-hidden": "true" }, `${mark} `),
    hidden(right === "1" ? "right," : "wrong,"),
    words,
  );
}

function documentColumns(list) {
  const models = report.models.map((model, at) => ({
    id: `model-${at}`,
    label: model.label,
    key: true,
    class: "number",
    title: list.margin,
  }));
  return [
    { id: "row", label: "row", key: true, class: "number" },
    { id: "head", label: "document" },
    list.binary && models.length > 1 && { id: "rights", label: "right", key: true, class: "number", title: "models that are right" },
    ...models.filter((_, at) => list.models[at]),
    models.length > 1 && { id: "spread", label: "spread", key: true, descending: true, class: "number", title: "largest minus smallest over models, nats" },
  ].filter(Boolean);
}

function documentRow(task, list, columns, at) {
  const head = el("a", { href: href({ task: task.label, doc: list.id(at) }), class: "head", dir: "auto" }, "\u2026");
  headAt(list, at).then((text) => fill(head, plain(text) || "(empty)"), (error) => fill(head, error.message));
  const cells = {
    row: () => el("td", { class: "number muted" }, count(list.id(at))),
    head: () => el("th", { scope: "row", class: "head" }, head),
    rights: () => el("td", { class: "number" }, rights(list, at).join(" / ")),
    spread: () => el("td", { class: "number" }, fixed(spread(list, at), 2)),
  };
  return el("tr", {}, columns.map((column) => (cells[column.id] ? cells[column.id]() : modelCell(list, list.models[Number(column.id.slice(6))], at))));
}

function pager(state, n, draw) {
  const last = Math.max(0, Math.ceil(n / PER_PAGE) - 1);
  const go = (page, label, words) =>
    el("button", { type: "button", disabled: page < 0 || page > last || page === state.page, "aria-label": words, onclick: () => { state.page = page; draw(); } }, label);
  const from = n ? state.page * PER_PAGE + 1 : 0;
  return el(
    "div",
    { class: "pager" },
    go(0, "\u00ab", "first documents"),
    go(state.page - 1, "\u2039", "previous documents"),
    el("span", { role: "status" }, `${count(from)}\u2013${count(Math.min(n, (state.page + 1) * PER_PAGE))} of ${count(n)}`),
    go(state.page + 1, "\u203a", "next documents"),
    go(last, "\u00bb", "last documents"),
  );
}

/** The list with its controls. */
export function documentList(task, list) {
  const state = stateOf(task);
  const columns = documentColumns(list);
  const table = el("table", { class: "documents" });
  const pages = el("div", {});
  const draw = (focus) => {
    const places = orderOf(task, list);
    state.page = Math.min(state.page, Math.max(0, Math.ceil(places.length / PER_PAGE) - 1));
    const shown = places.slice(state.page * PER_PAGE, (state.page + 1) * PER_PAGE);
    const caption = list.binary ? `\u2713 right by ${list.metric}, with the margin: ${list.margin}` : `${list.metric ?? "Log-likelihood"} of each document; columns sort by ${list.margin}`;
    fill(
      table,
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, columns.map((column) => heading(column, state, (id) => { state.page = 0; draw(id); })))),
      el("tbody", {}, shown.map((at) => documentRow(task, list, columns, at))),
    );
    fill(pages, pager(state, places.length, draw));
    if (typeof focus === "string") table.querySelector(`[data-column="${CSS.escape(focus)}"]`)?.focus();
  };
  const select = el(
    "select",
    { id: "show", onchange: (event) => { Object.assign(state, { show: event.target.value, page: 0 }); draw(); } },
    FILTERS.map(([name, label]) => el("option", { value: name, selected: name === state.show }, label)),
  );
  draw();
  const choose = list.binary && report.models.length > 1 && el("label", { for: "show" }, "Show ", select);
  return [el("div", { class: "controls" }, choose, pages), wide("Documents", table)];
}
