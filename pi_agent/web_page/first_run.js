// What a new owner needs first: a camera, and the way into Home Assistant.

import { post } from "./api.js";
import { button, h, icon } from "./dom.js";
import { say, sayProblem } from "./feedback.js";
import { duration, t } from "./language.js";
import { isOwner, recall, remember, state } from "./store.js";

const ADD_TO_HOME_ASSISTANT = "https://my.home-assistant.io/redirect/config_flow_start/?domain=pi_motion_camera";

/** Instead of a picture, where the agent has no camera. */
export function emptyView() {
  const problems = state.info.problems ?? [];
  const element = h(
    "section",
    { class: "card empty" },
    icon("warning"),
    h("h2", {}, t("no-camera")),
    h("p", {}, t("no-camera-how")),
    problems.length ? h("details", {}, h("summary", {}, t("agent-says")), h("ul", {}, problems.map((text) => h("li", {}, text)))) : null,
    h("p", { class: "muted" }, t("no-camera-wait")),
  );
  return { element, close() {} };
}

/** Once, to an owner: the camera works, now the house. */
export function helloCard() {
  const isPaired = state.clients.some(({ name }) => !name.startsWith("Page: "));
  if (!isOwner() || isPaired || recall("hello") === "seen") return null;
  const card = h(
    "section",
    { class: "card hello", "aria-labelledby": "hello" },
    h("div", {}, h("h2", { id: "hello" }, t("hello-title")), h("p", { class: "muted" }, t("hello-text"))),
    h("div", { class: "row" },
      button("home", t("hello-yes"), () => done(), { class: "primary" }),
      h("button", { type: "button", onclick: () => forget() }, t("hello-no")),
    ),
  );
  const forget = () => {
    remember("hello", "seen");
    card.remove();
  };
  const done = () => {
    forget();
    location.hash = "#/settings";
    requestAnimationFrame(() => document.querySelector("#connect")?.scrollIntoView({ block: "start" }));
  };
  return card;
}

/** Pairing codes: for Home Assistant, for another device, for somebody who may only look. */
export function connectPanel() {
  const place = h("div", { class: "code-place", "aria-live": "polite" });
  const timers = { tick: null };
  const make = async (role) => {
    try {
      showCode(place, await post("/api/v1/pairing-codes", { role }), timers);
    } catch (error) {
      sayProblem(error);
    }
  };
  const element = h(
    "section",
    { class: "card connect", id: "connect" },
    h("h2", {}, t("connect")),
    h("div", { class: "connect-parts" },
      h("div", {},
        h("ol", { class: "steps" }, h("li", {}, t("connect-1")), h("li", {}, t("connect-2")), h("li", {}, t("connect-3"))),
        h("div", { class: "row" },
          button("plus", t("code-owner"), () => make("owner"), { class: "primary" }),
          button("eye", t("code-viewer"), () => make("viewer")),
        ),
        place,
      ),
      h("figure", { class: "qr" },
        h("a", { href: ADD_TO_HOME_ASSISTANT, target: "_blank", rel: "noopener" },
          h("img", { src: new URL("./home-assistant-qr.svg", import.meta.url).pathname, alt: t("qr"), width: 160, height: 160 })),
        h("figcaption", { class: "muted" }, t("qr-how")),
      ),
    ),
  );
  return { element, close: () => clearInterval(timers.tick) };
}

function showCode(place, { code, role, expires_at }, timers) {
  clearInterval(timers.tick);
  const ends = Date.parse(expires_at) - state.clockAhead * 1000;
  const left = h("span", {});
  const tick = () => {
    const seconds = (ends - Date.now()) / 1000;
    left.textContent = seconds > 0 ? t("code-left", { time: duration(seconds) }) : t("code-over");
    place.classList.toggle("over", seconds <= 0);
  };
  timers.tick = setInterval(tick, 1000);
  tick();
  const copy = navigator.clipboard
    ? button("copy", t("copy"), async () => {
        await navigator.clipboard.writeText(code);
        say(t("copied"));
      })
    : null;
  place.replaceChildren(
    h("p", { class: "muted" }, t(`code-for-${role}`)),
    h("div", { class: "row" }, h("code", { class: "big-code" }, code), copy),
    h("p", { class: "muted", "aria-live": "off" }, left),
  );
}
