// What is wrong with the agent or one of its cameras, said on every view.

import { cameraPath, post } from "./api.js";
import { button, h, icon } from "./dom.js";
import { sayProblem } from "./feedback.js";
import { dayAndTime, t } from "./language.js";
import { isOwner, on, state } from "./store.js";

const MOST_CLOCK_SECONDS = 60;

export function noticeList(signal) {
  const element = h("div", { class: "notices", role: "status", "aria-label": t("notices") });
  let told = "";
  const tell = () => {
    const notices = [...found()];
    if (JSON.stringify(notices) === told) return; // a screen reader says each change once
    told = JSON.stringify(notices);
    element.hidden = notices.length === 0;
    element.replaceChildren(h("ul", {}, notices.map(notice)));
  };
  for (const type of ["system", "camera", "hello", "connection"]) on(type, tell, signal);
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
  for (const { id, name, status } of state.cameras.values()) {
    if (status.moved) yield [t("moved", { camera: name }), t("moved-mend"), id];
  }
}

/** With the id of a camera that was moved, an owner can say that it was meant to be. */
function notice([title, detail, moved]) {
  const accept = moved && isOwner() ? button("check", t("accept-view"), () => acceptView(moved)) : null;
  return h("li", {}, icon("warning"), h("div", {}, h("strong", {}, title), h("p", {}, detail), accept));
}

async function acceptView(camera) {
  try {
    await post(cameraPath(camera, "accept-view"));
  } catch (error) {
    sayProblem(error);
  }
}
