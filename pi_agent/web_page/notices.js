// What is wrong with the agent as a whole, said on every view.

import { h, icon } from "./dom.js";
import { dayAndTime, t } from "./language.js";
import { on, state } from "./store.js";

const MOST_CLOCK_SECONDS = 60;

export function noticeList(signal) {
  const element = h("div", { class: "notices", role: "status", "aria-label": t("notices") });
  const tell = () => {
    const notices = [...found()];
    element.hidden = notices.length === 0;
    element.replaceChildren(h("ul", {}, notices.map(notice)));
  };
  for (const type of ["system", "hello", "connection"]) on(type, tell, signal);
  tell();
  return element;
}

function* found() {
  const { system, clockAhead } = state;
  if (system?.recording_problem) yield [t("disk-problem"), system.recording_problem];
  if (Math.abs(clockAhead) > MOST_CLOCK_SECONDS) {
    const agent = dayAndTime(new Date(Date.now() + clockAhead * 1000));
    yield [t("clock-wrong", { time: agent }), t("clock-mend")];
  }
  if (system?.throttled) yield [t("throttled"), t("throttled-mend")];
}

function notice([title, detail]) {
  return h("li", {}, icon("warning"), h("div", {}, h("strong", {}, title), h("p", {}, detail)));
}
