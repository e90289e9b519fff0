// Tables whose columns sort.

import { el, fill } from "./dom.js";

function compareKeys(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
}

/** Puts rows in the order of a key, unknown ones last; equal ones stay as they are. */
export function sorted(rows, key, descending) {
  const keyed = rows.map((row, at) => [key(row), at, row]);
  keyed.sort(([a, i], [b, j]) => {
    const unknown = (a === null || a === undefined) || (b === null || b === undefined);
    return (descending && !unknown ? -1 : 1) * compareKeys(a, b) || i - j;
  });
  return keyed.map(([, , row]) => row);
}

/** A heading that sorts: `state` is {column, descending}, `change` is called once it is another. */
export function heading(column, state, change) {
  const own = state.column === column.id;
  const label = column.label instanceof Node ? column.label : String(column.label);
  if (!column.key) return el("th", { scope: "col", class: column.class }, label);
  const toggle = () => {
    const descending = state.column === column.id ? !state.descending : Boolean(column.descending);
    Object.assign(state, { column: column.id, descending });
    change(column.id);
  };
  const arrow = own ? (state.descending ? "\u25be" : "\u25b4") : "\u25b4";
  return el(
    "th",
    { scope: "col", class: column.class, "aria-sort": own ? (state.descending ? "descending" : "ascending") : null },
    el("button", { type: "button", class: "sort", onclick: toggle, title: column.title, "data-column": column.id },
      el("span", {}, label), el("span", { class: own ? "arrow" : "arrow off", "aria-hidden": "true" }, arrow)),
  );
}

/**
 * A table that sorts itself. Columns are {id, label, key?, cell, class?, header?}; a cell gives the element's children, or a
 * td itself.
 */
export function sortable({ caption, columns, rows, state = {}, class: kind }) {
  const table = el("table", { class: kind });
  const draw = (focus) => {
    const column = columns.find((c) => c.id === state.column);
    const shown = column ? sorted(rows, column.key, state.descending) : rows;
    const cell = (c, row) => {
      const content = c.cell(row);
      if (content instanceof HTMLTableCellElement) return content;
      return c.header ? el("th", { scope: "row", class: c.class }, content) : el("td", { class: c.class }, content);
    };
    fill(
      table,
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, columns.map((c) => heading(c, state, draw)))),
      el("tbody", {}, shown.map((row) => el("tr", {}, columns.map((c) => cell(c, row))))),
    );
    if (focus) table.querySelector(`[data-column="${CSS.escape(focus)}"]`)?.focus();
  };
  draw();
  return table;
}
