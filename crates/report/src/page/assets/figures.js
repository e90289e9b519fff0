// The report's charts as pictures, where they belong.

import { el } from "./dom.js";
import { report, compareHref, href } from "./store.js";

function figureSource(figure) {
  return figure.svg === null ? figure.file : `data:image/svg+xml;charset=utf-8,${encodeURIComponent(figure.svg)}`;
}

function pictureOf(figure) {
  const files = [el("a", { href: figure.file }, "SVG"), " ", el("a", { href: figure.file.replace(/svg$/, "csv") }, "CSV")];
  return el("figure", { class: "chart" }, el("img", { src: figureSource(figure), alt: figure.alt, loading: "lazy" }), el("figcaption", {}, el("strong", {}, figure.title), " ", files));
}

/** The pictures of the report as a whole. */
export function reportPictures() {
  return report.figures.filter((figure) => figure.task === null && figure.pair === null).map(pictureOf);
}

/** The pictures of a task, by its place. */
export function taskPictures(place) {
  const own = report.figures.filter((figure) => figure.task === place);
  return own.length ? [el("h2", {}, "Charts"), own.map(pictureOf)] : [];
}

/** The pictures of two models, whichever of them is the base. */
export function pairPictures(base, candidate) {
  const isPair = (figure, a, b) => figure.pair !== null && figure.pair[0] === a && figure.pair[1] === b;
  const own = report.figures.filter((figure) => isPair(figure, base, candidate));
  const turned = report.figures.filter((figure) => isPair(figure, candidate, base));
  if (!own.length && !turned.length) return [];
  const note = own.length ? null : el("p", { class: "note" }, `These pictures show it the other way round: ${report.models[base].label} against ${report.models[candidate].label}.`);
  return [el("h2", {}, "Charts"), note, (own.length ? own : turned).map(pictureOf)];
}

/** Links to where the other pictures are. */
export function picturePlaces() {
  const tasks = report.tasks.map((task, place) => [task, place]).filter(([, place]) => report.figures.some((figure) => figure.task === place));
  const pairs = report.pairs.filter((pair) => report.figures.some((figure) => figure.pair !== null && figure.pair[0] === pair.base && figure.pair[1] === pair.candidate));
  const places = [
    ["Of single tasks", tasks.map(([task]) => el("a", { href: href({ task: task.label }) }, task.label))],
    ["Of two models", pairs.map((pair) => el("a", { href: compareHref(pair.base, pair.candidate) }, `${report.models[pair.candidate].label} against ${report.models[pair.base].label}`))],
  ];
  return places.filter(([, links]) => links.length).map(([title, links]) => [el("h2", {}, title), el("ul", {}, links.map((link) => el("li", {}, link)))]);
}
