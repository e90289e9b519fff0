// A model: what it is, down to its checksums, and everything it was measured on.

import { el, fact, wide } from "./dom.js";
import { report, compareHref } from "./store.js";
import { count, metricHeading } from "./format.js";
import { sortable } from "./table.js";
import { rowLink, valueCell } from "./overview.js";

function card(model) {
  const { card: known } = model;
  const sum = (text) => el("code", { class: "hash" }, text);
  const held = known.storage === "f32" ? known.dtype : `${known.dtype}, held as ${known.storage}`;
  return el(
    "dl",
    { class: "facts" },
    fact("source", known.source),
    fact("family", known.family),
    fact("parameters", count(known.n_params)),
    fact("layers × width", `${known.n_layer} × ${known.n_embd}`, known.n_head ? `, ${known.n_head} heads` : ""),
    fact("context", `${count(model.context)} tokens`, model.context < known.n_ctx ? ` of ${count(known.n_ctx)}` : ""),
    fact("vocabulary", count(known.vocab_size)),
    fact("weights", held),
    fact("scored by", known.scoring),
    fact("runs", model.runs.join(", ")),
    fact("weights sha256", sum(known.weights_sha256)),
    fact("tokenizer sha256", sum(known.tokenizer_sha256)),
    fact("config sha256", sum(known.config_sha256)),
  );
}

function modelResults(at) {
  const rows = report.rows.filter((row) => row.cells[at]);
  const columns = [
    { id: "task", label: "task", header: true, key: (row) => row.label, cell: rowLink },
    { id: "metric", label: "metric", class: "metric", key: (row) => row.metric, cell: (row) => metricHeading(row) },
    { id: "value", label: "value", class: "number", descending: true, key: (row) => row.cells[at].v, cell: (row) => valueCell(row, at) },
    { id: "chance", label: "chance", class: "number muted", key: (row) => row.chance, cell: (row) => row.chance_text },
    { id: "n", label: "n", class: "number muted", descending: true, key: (row) => row.cells[at].n, cell: (row) => count(row.cells[at].n) },
    { id: "method", label: "interval by", class: "muted", key: (row) => row.cells[at].method, cell: (row) => row.cells[at].method },
  ];
  return wide("Results of this model", sortable({ caption: `Results of ${report.models[at].label}`, columns, rows }));
}

/** The view of a model. */
export function modelView(label) {
  const at = report.models.findIndex((model) => model.label === label);
  if (at < 0) return null;
  const others = report.pairs.filter((pair) => pair.base === at || pair.candidate === at);
  const other = (pair) => (pair.base === at ? pair.candidate : pair.base);
  const link = (pair) => el("li", {}, el("a", { href: compareHref(pair.base, pair.candidate) }, report.models[other(pair)].label));
  return {
    title: label,
    nodes: [
      el("h1", { tabindex: "-1" }, label),
      card(report.models[at]),
      others.length ? [el("h2", {}, "Compared with"), el("ul", { class: "links" }, others.map(link))] : null,
      el("h2", {}, "Results"),
      modelResults(at),
    ],
  };
}
