// Models × tasks: every value with its interval, coloured from chance.

import { el, fill, hidden, wide } from "./dom.js";
import { report, href } from "./store.js";
import { direction, metricHeading, typeset } from "./format.js";
import { heading, sorted } from "./table.js";
import { HEAT_LEGEND, heat } from "./heat.js";
import { reportPictures } from "./figures.js";

const overviewState = { column: "", descending: false, filter: "", metrics: "all", open: new Set() };

function columnsOf() {
  const model = (at) => ({
    id: `model-${at}`,
    label: report.models[at].label,
    key: (row) => row.cells[at]?.v ?? null,
    descending: true,
    class: "number",
  });
  return [
    { id: "task", label: "task", key: (row) => row.label },
    { id: "metric", label: "metric", key: (row) => row.metric },
    { id: "n", label: "n", key: (row) => row.cells.find(Boolean)?.n ?? null, descending: true, class: "number" },
    { id: "chance", label: "chance", key: (row) => row.chance, descending: true, class: "number" },
    ...report.models.map((_, at) => model(at)),
  ];
}

/** The cell of a model: value, interval, colour, and whether it is the best. */
export function valueCell(row, at) {
  const cell = row.cells[at];
  if (!cell) return el("td", { class: "number muted" }, "\u2013", hidden("no result"));
  const best = row.best === at;
  const { class: tint, ...strength } = heat(row, cell);
  const interval = cell.interval && el("span", { class: "interval" }, typeset(cell.interval).replace(" to ", "\u2009\u2013\u2009"));
  return el(
    "td",
    { class: `number value ${tint}`, ...strength, title: cell.method },
    el("span", { class: best ? "best" : "" }, typeset(cell.text), best && hidden("(best)")),
    interval,
  );
}

/** A name that may break behind its separators. */
export function breakable(name) {
  return name.split(/(?<=[_/.@-])/).flatMap((part, at) => (at ? [el("wbr"), part] : [part]));
}

/** The link to a row's task or group. */
export function rowLink(row) {
  const target = row.task === null ? row.label : report.tasks[row.task].label;
  return el("a", { href: href({ task: target }) }, breakable(row.label));
}

function nameCell(row, open, toggle) {
  const link = rowLink(row);
  if (row.kind !== "group") return el("th", { scope: "row", class: row.kind }, link);
  const label = `${row.members} tasks of ${row.label}, ${row.metric}`;
  const button = el(
    "button",
    { type: "button", class: "fold", "aria-expanded": String(open), onclick: toggle, "aria-label": label },
    open ? "\u25be" : "\u25b8",
  );
  return el("th", { scope: "row", class: "group" }, button, link, el("span", { class: "muted" }, ` ${row.members} tasks`));
}

function rowOf(row, open, toggle) {
  return el(
    "tr",
    { class: row.kind },
    nameCell(row, open, toggle),
    el("td", { class: "metric", title: `${row.metric_name}${direction(row) && `; ${direction(row)}`}` }, metricHeading(row)),
    el("td", { class: "number muted" }, row.n),
    el("td", { class: "number muted" }, row.chance_text),
    report.models.map((_, at) => valueCell(row, at)),
  );
}

/** The row of a member's group: of the same metric where there is one. */
function rowOfGroup(member, groups) {
  const own = groups.filter((group) => group.id === member.group);
  return own.find((group) => group.metric === member.metric) ?? own[0];
}

/** Rows at the top level, each with the members under it. */
function tree(rows) {
  const groups = rows.filter((row) => row.kind === "group");
  const under = new Map(groups.map((group) => [group, []]));
  const tops = rows.filter((row) => {
    const group = row.kind === "member" && rowOfGroup(row, groups);
    if (group) under.get(group).push(row);
    return !group;
  });
  return tops.map((row) => ({ row, members: under.get(row) ?? [] }));
}

/** Whether words of a filter are all in a row's names. */
function matches(row) {
  const text = `${row.label} ${row.metric} ${row.metric_name} ${row.group ?? ""}`.toLowerCase();
  return overviewState.filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function isShown(row, at, rows) {
  if (overviewState.metrics === "all") return true;
  return rows.findIndex((other) => other.label === row.label) === at;
}

function body(columns, redraw) {
  const key = columns.find((column) => column.id === overviewState.column)?.key;
  const order = (rows, of) => (key ? sorted(rows, (row) => key(of(row)), overviewState.descending) : rows);
  const shown = tree(report.rows.filter(isShown));
  const lines = [];
  for (const { row, members } of order(shown, (entry) => entry.row)) {
    const found = members.filter(matches);
    if (!matches(row) && !found.length) continue;
    const id = `${row.id} ${row.metric}`;
    const open = overviewState.open.has(id) || (overviewState.filter !== "" && !matches(row));
    const toggle = () => {
      if (!overviewState.open.delete(id)) overviewState.open.add(id);
      redraw(id);
    };
    const line = rowOf(row, open, toggle);
    line.querySelector("button.fold")?.setAttribute("data-fold", id);
    lines.push(line);
    if (open) lines.push(...order(overviewState.filter ? found : members, (member) => member).map((member) => rowOf(member)));
  }
  return lines;
}

function heatTable() {
  const table = el("table", { class: "heat" });
  const status = el("p", { class: "muted", role: "status" });
  const draw = (focus) => {
    const columns = columnsOf();
    const lines = body(columns, (id) => {
      draw();
      table.querySelector(`[data-fold="${CSS.escape(id)}"]`)?.focus();
    });
    fill(
      table,
      el("caption", {}, "Value ± standard error, 95 % interval below; the best model of a row in bold"),
      el("thead", {}, el("tr", {}, columns.map((column) => heading(column, overviewState, draw)))),
      el("tbody", {}, lines.length ? lines : el("tr", {}, el("td", { colspan: columns.length, class: "muted" }, "Nothing matches."))),
    );
    fill(status, overviewState.filter && `${lines.length} of ${report.rows.length} rows`);
    if (focus) table.querySelector(`[data-column="${CSS.escape(focus)}"]`)?.focus();
  };
  draw();
  return { table, status, draw };
}

function controls(draw) {
  const filter = el("input", {
    type: "search",
    id: "filter",
    value: overviewState.filter,
    placeholder: "task, metric or group",
    oninput: (event) => {
      overviewState.filter = event.target.value.trim();
      draw();
    },
  });
  const option = (value, label) => el("option", { value, selected: overviewState.metrics === value }, label);
  const metrics = el(
    "select",
    {
      id: "metrics",
      onchange: (event) => {
        overviewState.metrics = event.target.value;
        draw();
      },
    },
    option("all", "all"),
    option("first", "first of each task"),
  );
  return [el("label", { for: "filter" }, "Filter ", filter), el("label", { for: "metrics" }, "Metrics ", metrics)];
}

function modelCards() {
  const line = (model) => {
    const { card } = model;
    const shape = `${model.parameters} parameters, ${card.n_layer} × ${card.n_embd}, context ${model.context}`;
    return el("li", {}, el("a", { href: href({ model: model.label }) }, model.label), " ", el("span", { class: "muted" }, shape));
  };
  return el("ul", { class: "models" }, report.models.map(line));
}

function runLines() {
  const line = (run, at) =>
    el("tr", {}, el("td", { class: "number" }, at + 1), [run.status, run.started, run.version, run.documents, run.context, run.machine].map((t) => el("td", {}, t)),
      el("td", { class: "number" }, `${run.seconds.toFixed(1)} s`));
  const names = ["run", "status", "started", "yardstick", "documents per task", "context", "machine", "time"];
  const head = el("thead", {}, el("tr", {}, names.map((name) => el("th", { scope: "col" }, name))));
  return wide("Runs", el("table", {}, el("caption", {}, "Runs in this report"), head, el("tbody", {}, report.runs.map(line))));
}

/** What must be known before numbers are read. */
export function notices() {
  const lack = report.lack && el("p", { class: "alert" }, el("strong", {}, "Partial run: "), report.lack);
  const list = report.warnings.length
    ? el("details", {}, el("summary", {}, `${report.warnings.length} warning${report.warnings.length > 1 ? "s" : ""}`),
      el("ul", {}, report.warnings.map((warning) => el("li", {}, warning))))
    : null;
  return [lack, list];
}

/** The first view. */
export function overviewView() {
  const { table, status, draw } = heatTable();
  const tasks = report.tasks.length;
  const models = report.models.length;
  return {
    title: "Overview",
    nodes: [
      el("h1", { tabindex: "-1" }, `${models} model${models > 1 ? "s" : ""} on ${tasks} task${tasks > 1 ? "s" : ""}`),
      notices(),
      modelCards(),
      el("div", { class: "controls" }, controls(draw), status),
      wide("Results of all models on all tasks", table),
      el("p", { class: "note" }, HEAT_LEGEND),
      el("h2", {}, "Runs"),
      runLines(),
      report.figures.length ? [el("h2", {}, "Charts"), reportPictures()] : null,
    ],
  };
}
