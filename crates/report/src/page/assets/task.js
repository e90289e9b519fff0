// A task: how it was asked, what came out, what papers print, and all of its documents.

import { el, fact, fill, wide } from "./dom.js";
import { report, href, listOf } from "./store.js";
import { count, direction, metricHeading, suffix, typeset } from "./format.js";
import { block, inline } from "./text.js";
import { sortable } from "./table.js";
import { intervals } from "./plot.js";
import { rowLink, valueCell } from "./overview.js";
import { documentList } from "./documents.js";
import { taskPictures } from "./figures.js";

function hash(text) {
  return el("code", { class: "hash", title: text }, text);
}

function protocol(task) {
  const { dataset, fewshot } = task;
  const name = [dataset.path, dataset.name].filter(Boolean).join(", ");
  const files = dataset.files.map(([file, sum]) => el("li", {}, file, " ", hash(sum)));
  const pool = fewshot && [fewshot.pool.path, fewshot.pool.name, fewshot.pool.split].filter(Boolean).join(", ");
  const seed = fewshot && fewshot.seed !== null ? `, seed ${fewshot.seed}` : "";
  return el(
    "dl",
    { class: "facts" },
    fact("dataset", name),
    fact("split", dataset.split),
    fact("documents", task.documents),
    fact("asked as", task.output_type),
    fact("version", task.version),
    fact("paper", task.paper),
    fact("shots", String(task.shots), fewshot ? ` (${fewshot.draw}${seed}; from ${pool})` : ""),
    fact("metrics", task.metrics.map((m, at) => [at ? ", " : "", el("span", { title: m.card.aggregation }, `${m.card.name} (${m.words}, ${m.card.higher_is_better ? "higher" : "lower"} is better)`)])),
    fact("prompts", hash(task.prompt_hash)),
    fact("data files", files.length ? el("details", {}, el("summary", {}, `${files.length} with sha256`), el("ul", { class: "files" }, files)) : ""),
  );
}

function plots(rows) {
  return rows.map((row) => {
    const items = report.models.map((model, at) => ({ label: model.label, class: `s${at % 7}`, text: row.cells[at]?.text ?? "no result", ...(row.cells[at] ?? { v: NaN }) }));
    const papers = row.papers.map((paper) => ({ label: `${paper.paper} ${paper.model}`, v: paper.value, text: `${paper.text}, ${paper.source}` }));
    const line = row.chance === null ? null : { v: row.chance };
    const chance = line ? `; dashed: chance, ${row.chance_text}` : "";
    const base = row.unit === "perplexity" ? "; log axis" : "";
    const label = `${row.metric_name} on ${row.label}: ${items.map((item) => `${item.label} ${item.text}`).join("; ")}`;
    return el(
      "figure",
      {},
      el("figcaption", {}, el("strong", {}, row.metric_name + suffix(row.unit)), el("span", { class: "muted" }, ` ${direction(row)}; whiskers: 95 % intervals${chance}${base}; n ${row.n}`)),
      intervals({ label, items, papers, line, unit: row.unit }),
    );
  });
}

function results(task, rows) {
  const columns = [
    { id: "model", label: "model", header: true, key: (at) => report.models[at].label, cell: (at) => el("a", { href: href({ model: report.models[at].label }) }, report.models[at].label) },
    ...rows.map((row, place) => ({
      id: `metric-${place}`,
      label: metricHeading(row),
      class: "number",
      descending: row.higher !== false,
      key: (at) => row.cells[at]?.v ?? null,
      cell: (at) => valueCell(row, at),
    })),
  ];
  const rowsOfTable = report.models.map((_, at) => at);
  return wide("Results of this task", sortable({ caption: `Results on ${task.label}`, columns, rows: rowsOfTable }));
}

function papers(task, rows) {
  const own = task.references.map((line) => ({ model: line.reference.model, words: line.words, shots: line.reference.shots, text: line.text, source: line.reference.source, note: [line.reference.status, line.reference.note].filter(Boolean).join("; ") }));
  const known = rows.flatMap((row) => row.papers.map((paper) => ({ model: `${paper.paper} ${paper.model}`, words: row.metric_name, shots: row.shots, text: paper.text, source: paper.source, note: paper.protocol })));
  const lines = own.length ? own : known;
  if (!lines.length) return [];
  const columns = [
    { id: "model", label: "model", header: true, key: (line) => line.model, cell: (line) => line.model },
    { id: "metric", label: "metric", key: (line) => line.words, cell: (line) => line.words },
    { id: "shots", label: "shots", class: "number", key: (line) => line.shots, cell: (line) => String(line.shots) },
    { id: "printed", label: "printed", class: "number", key: (line) => Number.parseFloat(line.text), cell: (line) => line.text },
    { id: "source", label: "source and status", key: (line) => line.source, cell: (line) => line.source },
    { id: "note", label: "how it differs", cell: (line) => line.note },
  ];
  return [el("h2", {}, "What papers print"), wide("What papers print", sortable({ caption: "Printed numbers; their protocols are their own", columns, rows: lines }))];
}

function prompt(task) {
  const first = task.first;
  if (!first) return [];
  const nodes = [el("h2", {}, "The first prompt, as sent")];
  if (first.c.length === 1 && first.c[0] !== "") nodes.push(block("Prompt", first.c[0]));
  if (first.k === "rolling") nodes.push(block("Text that is scored", first.r[0][1]));
  else if (first.r.length && first.k === "ll") {
    const shown = ([context, text], at) => el("li", { class: first.ok.includes(at) ? "right" : "" }, first.c.length > 1 ? [inline(first.c[context]), el("span", { class: "muted" }, " \u27f6 ")] : null, inline(text), first.ok.includes(at) ? el("span", { class: "tag" }, "right") : null);
    nodes.push(el("p", { class: "note" }, `${first.n ? "Each of these" : "This"} is scored${nodes.length > 1 ? " after it" : ""}:`), el("ol", { class: "continuations", start: "0" }, first.r.map(shown)));
  }
  if (first.k === "gen") nodes.push(el("p", { class: "note" }, `The model writes at most ${first.g.max_tokens} tokens, until ${first.g.until.map((stop) => JSON.stringify(stop)).join(" or ") || "its end"}.`));
  nodes.push(el("p", { class: "note" }, "Right: ", inline(first.t)));
  return nodes;
}

/** A group of tasks: its means, and its tasks. */
function groupView(label) {
  const rows = report.rows.filter((row) => row.kind === "group" && row.label === label);
  if (!rows.length) return null;
  const members = report.rows.filter((row) => row.group === rows[0].id);
  const columns = [
    { id: "task", label: "task", header: true, key: (row) => row.label, cell: rowLink },
    { id: "metric", label: "metric", class: "metric", key: (row) => row.metric, cell: metricHeading },
    { id: "chance", label: "chance", class: "number muted", key: (row) => row.chance, cell: (row) => row.chance_text },
    ...report.models.map((model, at) => ({ id: `model-${at}`, label: model.label, class: "number", descending: true, key: (row) => row.cells[at]?.v ?? null, cell: (row) => valueCell(row, at) })),
  ];
  return {
    title: label,
    nodes: [
      el("h1", { tabindex: "-1" }, label),
      el("p", { class: "lead" }, `A mean over ${rows[0].members} tasks.`),
      plots(rows),
      el("h2", {}, "Its tasks"),
      wide("Tasks of this group", sortable({ caption: `Results on the tasks of ${label}`, columns, rows: members })),
    ],
  };
}

/** The view of a task or a group. */
export function taskView(label) {
  const task = report.tasks.find((t) => t.label === label) ?? report.tasks.find((t) => t.id === label);
  if (!task) return groupView(label);
  const rows = report.rows.filter((row) => row.task !== null && report.tasks[row.task] === task);
  const documents = el("div", {}, el("p", { class: "muted" }, "Loading\u2026"));
  if (task.list === null) fill(documents, el("p", { class: "muted" }, "No document was scored yet."));
  else listOf(task).then((list) => fill(documents, documentList(task, list)), (error) => fill(documents, el("p", { class: "alert" }, error.message)));
  return {
    title: task.label,
    nodes: [
      el("h1", { tabindex: "-1" }, task.label),
      el("p", { class: "lead" }, task.description),
      el("div", { class: "columns" }, el("section", {}, el("h2", {}, "Results"), plots(rows)), el("section", {}, el("h2", {}, "Protocol"), protocol(task))),
      rows.length ? results(task, rows) : null,
      task.choices.length ? [el("h2", {}, "Choices where the paper leaves one open"), el("ul", {}, task.choices.map((choice) => el("li", {}, choice)))] : null,
      taskPictures(report.tasks.indexOf(task)),
      papers(task, rows),
      prompt(task),
      el("h2", {}, task.n ? `${count(task.n)} documents` : "Documents"),
      documents,
    ],
  };
}
