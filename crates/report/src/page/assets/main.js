// Which view a link means, and the frame around all views.

import { el, fill } from "./dom.js";
import { report, compareHref } from "./store.js";
import { picturePlaces, reportPictures } from "./figures.js";
import { overviewView } from "./overview.js";
import { taskView } from "./task.js";
import { modelView } from "./model.js";
import { compareView } from "./compare.js";
import { documentView } from "./document.js";
import { startTheme } from "./theme.js";
import { startLive } from "./live.js";

function chartsView() {
  const none = el("p", { class: "muted" }, "There is nothing to draw yet.");
  return { title: "Charts", nodes: [el("h1", { tabindex: "-1" }, "Charts"), report.figures.length ? [reportPictures(), picturePlaces()] : none] };
}

function missing() {
  return { title: "Not here", nodes: [el("h1", { tabindex: "-1" }, "Not in this report"), el("p", {}, "The link names something that this report does not have. ", el("a", { href: "#" }, "Overview"))] };
}

function viewOf(hash) {
  const link = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B"));
  if (link.has("task") && link.has("doc")) return ["task", documentView(link.get("task"), link.get("doc"))];
  if (link.has("task")) return ["task", taskView(link.get("task"))];
  if (link.has("model")) return ["model", modelView(link.get("model"))];
  if (link.has("compare")) return ["compare", compareView(link.get("compare"))];
  if (link.has("charts")) return ["charts", chartsView()];
  return hash.length > 1 ? ["", null] : ["overview", overviewView()];
}

function navigation(current) {
  const link = (name, target, label) => el("a", { href: target, "aria-current": name === current ? "page" : null }, label);
  return [
    link("overview", "#", "Overview"),
    report.figures.length ? link("charts", "#charts", "Charts") : null,
    report.pairs.length ? link("compare", compareHref(report.pairs[0].base, report.pairs[0].candidate), "Compare") : null,
  ];
}

function show(isFirst) {
  const [name, view] = viewOf(location.hash);
  const { title, nodes } = view ?? missing();
  document.title = `${title} · yardstick`;
  fill(document.getElementById("nav"), navigation(name));
  fill(document.getElementById("main"), nodes);
  if (isFirst) return;
  window.scrollTo(0, 0);
  document.querySelector("main h1")?.focus({ preventScroll: true });
}

function keys(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const step = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!step || event.target.closest?.(".wide, pre")) return;
  document.querySelector(`[data-step="${step}"]`)?.click();
}

// The way past the navigation must not lose the view's own link.
function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

startTheme();
document.querySelector(".skip").addEventListener("click", skip);
show(true);
window.addEventListener("hashchange", () => show(false));
window.addEventListener("keydown", keys);
fill(document.getElementById("footer"), `yardstick ${report.version}. Every number has its documents behind it; report.md and results.csv beside this page hold the same numbers.`);
document.body.dataset.ready = "yes";
startLive();
