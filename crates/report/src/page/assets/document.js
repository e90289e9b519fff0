// One document: what was asked, and what every model made of it.

import { el, fact, fill, hidden, wide } from "./dom.js";
import { report, documentAt, href, listOf } from "./store.js";
import { count, fixed } from "./format.js";
import { block, inline, marked, trimmed } from "./text.js";
import { orderOf } from "./documents.js";

/** Shares of the probability among log-likelihoods. */
function shares(logLikelihoods) {
  const most = Math.max(...logLikelihoods);
  const weights = logLikelihoods.map((ll) => Math.exp(ll - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function argmax(values) {
  return values.reduce((best, value, at) => (value > values[best] ? at : best), 0);
}

function asked(document) {
  return document.m.map((answer, at) => [answer, at]).filter(([answer]) => answer);
}

function choiceText(document, at) {
  const [context, text] = document.r[at];
  const shown = document.ch ? document.ch[at] : trimmed(text);
  return document.c.length > 1 ? [inline(document.c[context]), el("span", { class: "muted" }, " \u27f6 "), inline(text)] : inline(shown);
}

function likelihoodCell(answer, all, share, at) {
  const chosen = argmax(all) === at && all.length > 1;
  return el(
    "td",
    { class: chosen ? "likelihood chosen" : "likelihood", title: `${answer.n[at]} tokens${answer.g[at] === "1" ? "; each was the model’s first choice" : ""}` },
    el("span", { class: "number" }, fixed(answer.ll[at], 3), chosen && hidden("(likeliest)")),
    el("span", { class: "bar", "aria-hidden": "true", "--share": `${(100 * share[at]).toFixed(1)}%` }),
    all.length > 1 ? el("span", { class: "share" }, `${fixed(100 * share[at], 0)} %`) : null,
  );
}

function choices(document) {
  const n = document.n || document.r.length;
  const answers = asked(document).map(([answer, model]) => {
    const all = answer.ll.slice(0, n);
    return { answer, model, all, share: shares(all) };
  });
  const row = (at) =>
    el(
      "tr",
      { class: document.ok.includes(at) ? "right" : "" },
      el("th", { scope: "row", class: "choice" }, choiceText(document, at), document.ok.includes(at) && el("span", { class: "tag" }, "right")),
      answers.map(({ answer, all, share }) => likelihoodCell(answer, all, share, at)),
    );
  const head = el("tr", {}, el("th", { scope: "col" }, document.n ? "choice" : "text"), answers.map(({ model }) => el("th", { scope: "col" }, modelLink(model))));
  const caption = n > 1 ? "Log-likelihood of each choice, nats; bars: its share of the probability among the choices" : "Log-likelihood, nats";
  const rows = Array.from({ length: n }, (_, at) => row(at));
  const rest = document.r.length > n ? el("p", { class: "note" }, `${document.r.length - n} more requests score the choices without the prompt.`) : null;
  return [wide("Choices", el("table", { class: "choices" }, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, rows))), rest];
}

function modelLink(at) {
  return el("a", { href: href({ model: report.models[at].label }) }, report.models[at].label);
}

function scoreText(score) {
  if (score === null || score === undefined) return "\u2013";
  if (Array.isArray(score)) return `${fixed(score[0], 2)} nats / ${count(score[1])}`;
  return Number.isInteger(score) ? String(score) : fixed(score, 4);
}

function scoreCell(score) {
  const binary = score === 0 || score === 1;
  const words = binary ? [el("span", { "aria-hidden": "true" }, score === 1 ? "\u2713 " : "\u2717 "), scoreText(score)] : scoreText(score);
  return el("td", { class: `number ${binary ? (score === 1 ? "right" : "wrong") : ""}` }, words);
}

function scores(task, document) {
  const answers = asked(document);
  const head = el("tr", {}, el("th", { scope: "col" }, "metric"), answers.map(([, model]) => el("th", { scope: "col", class: "number" }, modelLink(model))));
  const row = (metric, at) => el("tr", {}, el("th", { scope: "row" }, metric.card.name, el("span", { class: "muted" }, ` ${metric.words}`)), answers.map(([answer]) => scoreCell(answer.s[at])));
  return wide("Scores", el("table", {}, el("caption", {}, "Scores of this document"), el("thead", {}, head), el("tbody", {}, task.metrics.map(row))));
}

function writtenTexts(document) {
  const own = ([answer, model]) =>
    el(
      "section",
      { class: "written" },
      el("h3", {}, modelLink(model)),
      answer.t.map((text, at) => block(`Text of ${report.models[model].label}${answer.t.length > 1 ? `, sample ${at + 1}` : ""}`, text)),
      (answer.f ?? []).map(([name, texts]) => el("p", {}, el("span", { class: "muted" }, `${name}: `), texts.map((text, at) => [at ? ", " : "", inline(text)]))),
    );
  return el("div", { class: "side" }, asked(document).map(own));
}

function documentNotes(document) {
  const lines = asked(document).flatMap(([answer, model]) => (answer.w ?? []).map((note) => el("li", {}, `${report.models[model].label}: ${note}`)));
  return lines.length ? el("ul", { class: "note" }, lines) : null;
}

/** Tokens as coloured text: the less likely, the stronger. */
function tokenText(tokens) {
  const strength = (nats) => `${Math.min(100, -10 * nats).toFixed(0)}%`;
  const one = ([text, nats]) => el("span", { class: "token", "--heat": strength(nats), title: `${JSON.stringify(text)} ${fixed(nats, 3)} nats` }, marked(text));
  return el("p", { class: "tokens", dir: "auto" }, tokens.map(one));
}

function tokenTable(tokens) {
  const line = ([text, nats], at) => el("tr", {}, el("td", { class: "number muted" }, at), el("th", { scope: "row" }, inline(text)), el("td", { class: "number" }, fixed(nats, 3)), el("td", { class: "number muted" }, `${fixed(100 * Math.exp(nats), 2)} %`));
  const head = el("thead", {}, el("tr", {}, ["", "token", "nats", "probability"].map((name) => el("th", { scope: "col" }, name || hidden("place")))));
  return el("details", {}, el("summary", {}, "as numbers"), el("table", {}, el("caption", { class: "hidden" }, "Tokens"), head, el("tbody", {}, tokens.slice(0, 2000).map(line))));
}

function tokenSection(document) {
  const answers = asked(document).filter(([answer]) => answer.k);
  if (!answers.length) return null;
  const own = ([answer, model]) =>
    el("section", {}, el("h3", {}, modelLink(model)), answer.k.map((tokens, at) => [tokenText(tokens), tokenTable(tokens), at < answer.k.length - 1 ? el("hr", {}) : null]));
  return [
    el("h2", {}, "Token by token"),
    el("p", { class: "note" }, "The stronger the colour, the less likely the token: none at 0 nats, full at \u221210 (1 in 22,000)."),
    el("div", { class: "side" }, answers.map(own)),
  ];
}

function steps(task, list, at) {
  const order = orderOf(task, list);
  const place = order.indexOf(at);
  const link = (to, label, key) => (to === undefined ? el("span", { class: "muted" }, label) : el("a", { href: href({ task: task.label, doc: list.id(to) }), rel: key, "data-step": key }, label));
  return el(
    "nav",
    { class: "steps", "aria-label": "Documents" },
    link(place > 0 ? order[place - 1] : undefined, "\u2190 previous", "prev"),
    el("span", { class: "muted" }, place < 0 ? "" : `${count(place + 1)} of ${count(order.length)} as listed`),
    link(place >= 0 ? order[place + 1] : undefined, "next \u2192", "next"),
  );
}

function content(task, document) {
  const prompt = document.c.length === 1 && document.c[0] !== "" ? [el("h2", {}, "Prompt"), block("Prompt", document.c[0])] : null;
  const text = document.k === "rolling" ? [el("h2", {}, "Text"), document.r.map(([, scored]) => block("Text that is scored", scored))] : null;
  const answers = {
    ll: () => [el("h2", {}, document.n ? "Choices" : "Continuation"), choices(document)],
    gen: () => [el("h2", {}, "What the models wrote"), writtenTexts(document)],
    rolling: () => null,
  };
  return [
    prompt,
    text,
    answers[document.k](),
    tokenSection(document),
    el("dl", { class: "facts" }, fact("right", document.k === "rolling" ? "" : inline(document.t)), fact("asked (sha256)", el("code", { class: "hash" }, document.h))),
    el("h2", {}, "Scores"),
    scores(task, document),
    documentNotes(document),
  ];
}

/** The view of a document. */
export function documentView(label, id) {
  const task = report.tasks.find((t) => t.label === label) ?? report.tasks.find((t) => t.id === label);
  if (!task || task.list === null) return null;
  const body = el("div", {}, el("p", { class: "muted" }, "Loading\u2026"));
  const show = async () => {
    const list = await listOf(task);
    const at = list.at(Number(id));
    if (at < 0) return fill(body, el("p", { class: "alert" }, `${task.label} has no row ${id}.`));
    return fill(body, steps(task, list, at), content(task, await documentAt(list, at)));
  };
  show().catch((error) => fill(body, el("p", { class: "alert" }, error.message)));
  const heading = el("h1", { tabindex: "-1" }, el("a", { href: href({ task: task.label }) }, task.label), el("span", { class: "muted" }, " row "), id);
  return { title: `${task.label}, row ${id}`, nodes: [heading, body] };
}
