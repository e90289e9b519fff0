// Two models on the same documents: differences with intervals and corrected verdicts, and what flipped.

import { el, fill, hidden, wide } from "./dom.js";
import { report, compareHref, href, piece } from "./store.js";
import { count, difference, fixed, pValue, signed, suffix, typeset } from "./format.js";
import { inline } from "./text.js";
import { sortable } from "./table.js";
import { intervals } from "./plot.js";
import { pairPictures } from "./figures.js";

const OPPOSITE = { better: "worse", worse: "better", identical: "identical", "not shown": "not shown" };

function negated(text) {
  if (text === "" || Number.parseFloat(text) === 0) return text;
  return text.startsWith("-") || text.startsWith("\u2212") ? text.slice(1) : `-${text}`;
}

/** A comparison seen from the other side. */
function turned(pair) {
  const row = (r) => ({
    ...r,
    base: r.candidate,
    candidate: r.base,
    difference: -r.difference,
    low: r.high === null ? null : -r.high,
    high: r.low === null ? null : -r.low,
    text: [r.text[1], r.text[0], negated(r.text[2]), negated(r.text[4]), negated(r.text[3]), r.text[5]],
    wins: r.losses,
    losses: r.wins,
    verdict: OPPOSITE[r.verdict],
  });
  const flip = (f) => ({ ...f, lost: !f.lost, chosen: [...f.chosen].reverse(), ll: [...f.ll].reverse(), written: [...f.written].reverse() });
  const average = (a) => ({ ...a, base: a.candidate, candidate: a.base, difference: -a.difference, low: -a.high, high: -a.low });
  return { ...pair, rows: pair.rows.map(row), flips: pair.flips.map(flip), averages: pair.averages.map(average), lost: pair.won, won: pair.lost };
}

function findPair(base, candidate) {
  const same = report.pairs.find((pair) => pair.base === base && pair.candidate === candidate);
  const other = report.pairs.find((pair) => pair.base === candidate && pair.candidate === base);
  return { line: same ?? other, isTurned: !same };
}

function choose(base, candidate) {
  const options = (chosen) => report.models.map((model, at) => el("option", { value: at, selected: at === chosen }, model.label));
  const go = () => {
    const [a, b] = [Number(first.value), Number(second.value)];
    if (a !== b) location.hash = compareHref(a, b);
  };
  const first = el("select", { id: "base", onchange: go }, options(base));
  const second = el("select", { id: "candidate", onchange: go }, options(candidate));
  return el("div", { class: "controls" }, el("label", { for: "base" }, "Base ", first), el("label", { for: "candidate" }, "Candidate ", second));
}

/** Sign that makes a difference a gain. */
function gainSign(row) {
  return row.higher ? 1 : -1;
}

function forest(rows, title, note, width, of) {
  if (!rows.length) return null;
  const items = rows.map((row) => {
    const [v, low, high] = [row.difference, row.low, row.high].map((x) => (x === null ? null : of(row, x)));
    const flipped = low !== null && low > high;
    return { label: row.task, v, low: flipped ? high : low, high: flipped ? low : high, class: row.verdict.replace(" ", "-"), text: `${difference(row.difference, row.text[2])}, ${row.verdict}` };
  });
  items.sort((a, b) => b.v - a.v);
  const label = `${title}: ${items.map((item) => `${item.label} ${item.text}`).join("; ")}`;
  return el(
    "figure",
    {},
    el("figcaption", {}, el("strong", {}, title), el("span", { class: "muted" }, ` ${note}`)),
    intervals({ label, items, line: { v: 0 }, unit: "plain", zero: true, width }),
  );
}

function verdictCell(row) {
  return el("td", { class: `verdict ${row.verdict.replace(" ", "-")}` }, row.verdict);
}

function rowsTable(pair, all) {
  const rows = pair.rows.filter((row) => all || row.primary);
  const number = (id, label, key, cell, title) => ({ id, label, class: "number", descending: true, key, cell, title });
  const task = (row) => (row.place === null ? row.task : el("a", { href: href({ task: report.tasks[row.place].label }) }, row.task));
  const interval = (row) => (row.low === null ? "\u2013" : `${difference(row.low, row.text[3])} to ${difference(row.high, row.text[4])}`);
  const columns = [
    { id: "task", label: "task", header: true, key: (row) => row.task, cell: task },
    { id: "metric", label: "metric", key: (row) => row.metric, cell: (row) => row.metric + suffix(row.unit) },
    number("n", "n", (row) => row.n, (row) => count(row.n), "documents that both answered"),
    number("base", "base", (row) => row.base, (row) => typeset(row.text[0])),
    number("candidate", "candidate", (row) => row.candidate, (row) => typeset(row.text[1])),
    number("difference", "difference", (row) => row.difference, (row) => difference(row.difference, row.text[2])),
    { id: "interval", label: `${fixed(100 * (1 - pair.alpha), 0)} % interval`, class: "number", cell: interval },
    number("won", "won / lost", (row) => row.wins - row.losses, (row) => `${count(row.wins)} / ${count(row.losses)}`, "documents with a better / worse score"),
    number("p", "p", (row) => row.p, (row) => el("td", { class: "number", title: row.test }, pValue(row.p))),
    number("holm", "p, Holm", (row) => row.holm, (row) => pValue(row.holm), "corrected over the tasks of the comparison"),
    number("seen", "could see", (row) => Number.parseFloat(row.text[5]), (row) => typeset(row.text[5]) || "\u2013", `the smallest difference that would have shown with ${fixed(100 * pair.power, 0)} % power`),
    { id: "verdict", label: "verdict", key: (row) => row.verdict, cell: verdictCell },
  ];
  return wide("Differences by task", sortable({ caption: `Candidate minus base, paired by document; p corrected over ${pair.family} tasks`, columns, rows, state: { column: "", descending: false }, class: "tight" }));
}

function averages(pair) {
  const line = (a) =>
    el("li", {}, `${a.name}, ${a.n_tasks} tasks, chance taken off: ${fixed(100 * a.base, 1)} \u2192 ${fixed(100 * a.candidate, 1)}, `, el("strong", {}, signed(100 * a.difference, 1)), ` (${signed(100 * a.low, 1)} to ${signed(100 * a.high, 1)})`);
  return pair.averages.length ? el("ul", {}, pair.averages.map(line)) : null;
}

function flipChoices(flip) {
  const who = ["base", "candidate"];
  const line = (choice, at) => {
    const marks = who.filter((_, side) => flip.chosen[side] === at);
    return el(
      "tr",
      { class: flip.right.includes(at) ? "right" : "" },
      el("th", { scope: "row" }, inline(choice), flip.right.includes(at) && el("span", { class: "tag" }, "right"), marks.map((name) => el("span", { class: `tag ${name}` }, name))),
      who.map((_, side) => el("td", { class: "number" }, fixed(flip.ll[side][at], 2))),
    );
  };
  const head = el("thead", {}, el("tr", {}, el("th", { scope: "col" }, flip.choices.length > 1 ? "choice" : "text"), who.map((name) => el("th", { scope: "col", class: "number" }, `${name}, nats`))));
  return el("table", { class: "choices" }, el("caption", { class: "hidden" }, "What both models chose"), head, el("tbody", {}, flip.choices.map(line)));
}

function flipItem(flip) {
  const [task, doc] = flip.at ?? [];
  const name = `${flip.task}, row ${count(flip.id)}`;
  const link = flip.at ? el("a", { href: href({ task: report.tasks[task].label, doc: flip.id }) }, name) : name;
  const wrote = flip.written.some((text) => text !== null) && flip.written.map((text, side) => el("p", {}, el("span", { class: "muted" }, `${["base", "candidate"][side]} wrote `), inline(text ?? "")));
  return el(
    "li",
    { "data-doc": doc },
    el("p", {}, el("span", { class: `verdict ${flip.lost ? "worse" : "better"}` }, flip.lost ? "lost" : "won"), " ", link, el("span", { class: "muted" }, ` certainty ${fixed(flip.certainty, 2)} nats`)),
    flip.prompt && el("p", { class: "prompt" }, inline(flip.prompt)),
    wrote || (flip.choices.length ? flipChoices(flip) : null),
    wrote && el("p", {}, el("span", { class: "muted" }, "right "), inline(flip.target)),
  );
}

function flips(pair) {
  const list = el("ol", { class: "flips" });
  let shown = "all";
  const draw = () => fill(list, pair.flips.filter((flip) => shown === "all" || (shown === "lost") === flip.lost).slice(0, 60).map(flipItem));
  const select = el("select", { id: "flips", onchange: (event) => { shown = event.target.value; draw(); } }, ["all", "lost", "won"].map((name) => el("option", { value: name }, name)));
  draw();
  const n = pair.lost + pair.won;
  if (!n) return [el("h2", {}, "No document flipped")];
  return [
    el("h2", {}, `${count(n)} documents flipped: ${count(pair.lost)} lost, ${count(pair.won)} won`),
    el("div", { class: "controls" }, el("label", { for: "flips" }, "Show ", select), el("span", { class: "muted" }, `the surest of them first${n > 60 ? ", at most 60" : ""}`)),
    list,
  ];
}

function summary(pair, base, candidate) {
  const primary = pair.rows.filter((row) => row.primary);
  const n = (verdict) => primary.filter((row) => row.verdict === verdict).length;
  const words = [["better", n("better")], ["worse", n("worse")], ["identical", n("identical")], ["not shown to differ", n("not shown")]].filter(([, k]) => k > 0).map(([word, k]) => `${word} on ${k}`);
  return el("p", { class: "lead" }, el("strong", {}, candidate.label), " against ", el("strong", {}, base.label), `: ${words.join(", ") || "nothing to compare"} of ${primary.length} tasks.`);
}

function comparison(pair, base, candidate) {
  const primary = pair.rows.filter((row) => row.primary);
  const shares = primary.filter((row) => row.unit === "percent");
  const others = primary.filter((row) => row.unit !== "percent");
  const box = el("input", { type: "checkbox", id: "all-metrics", onchange: () => fill(table, rowsTable(pair, box.checked)) });
  const table = el("div", {}, rowsTable(pair, false));
  return [
    pair.same_model && el("p", { class: "alert" }, "Both are the same model: the same weights, tokenizer, configuration and context."),
    summary(pair, base, candidate),
    averages(pair),
    el("div", { class: "columns" },
      forest(shares, "Difference, points", "right of 0: the candidate is better; intervals paired by document, not corrected", 700, (row, x) => 100 * gainSign(row) * x),
      forest(others, "Relative gain, %", "right of 0: the candidate is better; of the base’s value", shares.length ? 460 : 700, (row, x) => (100 * gainSign(row) * x) / Math.abs(row.base || 1))),
    el("p", { class: "legend" }, ["better", "worse", "not-shown", "identical"].map((v) => el("span", { class: `key ${v}` }, v.replace("-", " ")))),
    el("div", { class: "controls" }, el("label", { for: "all-metrics" }, box, " all metrics")),
    table,
    el("p", { class: "note" }, `Not shown is not equal: a difference smaller than “could see” is found in less than ${fixed(100 * pair.power, 0)} % of such comparisons.`),
    pair.notes.length ? el("details", {}, el("summary", {}, `${pair.notes.length} notes`), el("ul", {}, pair.notes.map((note) => el("li", {}, note)))) : null,
    flips(pair),
  ];
}

/** Models by the text of a link: `a..b`, whatever their names hold. */
function parse(text) {
  for (const [base, a] of report.models.entries()) {
    for (const [candidate, b] of report.models.entries()) {
      if (`${a.label}..${b.label}` === text) return [base, candidate];
    }
  }
  return null;
}

/** The view of a pair of models. */
export function compareView(text) {
  const found = parse(text);
  if (!found) return null;
  const [base, candidate] = found;
  const { line, isTurned } = findPair(base, candidate);
  const body = el("div", {}, el("p", { class: "muted" }, "Loading\u2026"));
  if (!line) fill(body, el("p", {}, "These two were not compared. ", hidden(""), "With more than six models each is compared with the first; yardstick compare takes any two."));
  else if (line.error) fill(body, el("p", { class: "alert" }, line.error));
  else piece(line.piece).then((pair) => fill(body, comparison(isTurned ? turned(pair) : pair, report.models[base], report.models[candidate])), (error) => fill(body, el("p", { class: "alert" }, error.message)));
  return { title: `${report.models[base].label} .. ${report.models[candidate].label}`, nodes: [el("h1", { tabindex: "-1" }, "Comparison"), choose(base, candidate), body, line && !line.error ? pairPictures(base, candidate) : null] };
}
