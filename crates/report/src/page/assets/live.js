// While a run goes on and `yardstick serve-report` shows it: says how far it is, and loads the page again once there is more.

import { fill } from "./dom.js";

const EVERY = 2000;

/** Called by version.js, which the server makes. */
window.yardstickVersion = (version, progress) => {
  const root = document.documentElement;
  fill(document.getElementById("live"), progress);
  if (root.dataset.live !== version) location.reload();
};

function ask() {
  const script = document.createElement("script");
  script.src = `version.js?${Date.now()}`;
  script.onload = script.onerror = () => {
    script.remove();
    setTimeout(ask, EVERY);
  };
  document.head.append(script);
}

/** Starts asking where the server said that there is something to ask for. */
export function startLive() {
  if (document.documentElement.dataset.live && location.protocol.startsWith("http")) setTimeout(ask, EVERY);
}
