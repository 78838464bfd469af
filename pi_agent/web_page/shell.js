// The frame around every view: name, navigation, notices, and who is logged in.

import { post } from "./api.js";
import { languageChooser, themeChooser } from "./choosers.js";
import { button, h, icon } from "./dom.js";
import { ask } from "./feedback.js";
import { historyView } from "./history.js";
import { t } from "./language.js";
import { liveView } from "./live.js";
import { motionView } from "./motion.js";
import { noticeList } from "./notices.js";
import { settingsView } from "./settings.js";
import { emit, isOwner, on, remember, state } from "./store.js";

const VIEWS = [
  { name: "live", open: liveView },
  { name: "history", open: historyView },
  { name: "motion", open: motionView, owner: true },
  { name: "settings", open: settingsView, owner: true },
];

export class Shell {
  constructor() {
    this.ended = new AbortController();
    this.main = h("main", { id: "main", tabindex: "-1" });
    this.nav = h("nav", { class: "nav", "aria-label": t("navigation") });
    this.element = h(
      "div",
      { class: "shell" },
      h("a", { class: "skip", href: "#main", onclick: (event) => this.skip(event) }, t("skip")),
      this.header(),
      noticeList(this.ended.signal),
      this.main,
      this.nav,
    );
    const signal = this.ended.signal;
    window.addEventListener("hashchange", () => this.leave(), { signal });
    for (const type of ["click", "keydown"]) document.addEventListener(type, (event) => this.closeMenu(event), { signal });
    on("chosen", () => this.leave(), signal);
    on("cameras", () => this.camerasChanged(), signal);
    this.known = [...state.cameras.keys()].join();
  }

  header() {
    const mark = h("span", { class: "mark" }, icon("live"));
    const connection = h("span", { class: "connection", role: "status" });
    const tell = () => {
      connection.textContent = state.connected ? "" : t("reconnecting");
      connection.hidden = state.connected;
    };
    on("connection", tell, this.ended.signal);
    tell();
    return h("header", { class: "top" }, mark, h("p", { class: "name" }, state.info.name), connection, this.menu());
  }

  menu() {
    const who = t(isOwner() ? "role-owner" : "role-viewer");
    this.menuPart = h(
      "details",
      { class: "menu" },
      h("summary", { title: t("menu"), "aria-label": t("menu") }, h("span", { "aria-hidden": "true" }, "⋯")),
      h(
        "div",
        { class: "menu-card card" },
        h("p", { class: "muted" }, state.session.client, h("br"), who),
        languageChooser({}),
        themeChooser(),
        button("out", t("log-out"), () => logOut()),
      ),
    );
    return this.menuPart;
  }

  closeMenu(event) {
    const leaves = event.type === "click" ? !this.menuPart.contains(event.target) : event.key === "Escape";
    if (leaves) this.menuPart.open = false;
  }

  /** Go where the address leads, unless the user rather stays with what is not saved. */
  async leave() {
    const { name, camera } = this.view;
    if (this.view.isUnsaved && !(await ask(t("unsaved-question"), t("unsaved-detail"), t("discard")))) {
      history.replaceState(null, "", `#/${name}`);
      remember("camera", camera.id);
      for (const select of this.main.querySelectorAll(".view-head select")) select.value = camera.id;
      return;
    }
    this.show();
  }

  /** Open the view that the address names. */
  show() {
    const views = VIEWS.filter((view) => isOwner() || !view.owner);
    const view = views.find(({ name }) => location.hash === `#/${name}`) ?? views[0];
    this.view?.close();
    this.view = view.open();
    this.view.name = view.name;
    this.main.replaceChildren(h("h1", { class: "hidden-words" }, t(view.name)), this.view.element);
    this.main.dataset.view = view.name;
    document.title = `${t(view.name)} – ${state.info.name}`;
    this.nav.replaceChildren(...views.map(({ name }) => link(name, name === view.name)));
  }

  skip(event) {
    event.preventDefault(); // the address names the view
    this.main.focus();
  }

  camerasChanged() {
    const known = [...state.cameras.keys()].join();
    if (known !== this.known) this.show();
    this.known = known;
  }

  close() {
    this.ended.abort();
    this.view?.close();
  }
}

function link(name, isCurrent) {
  return h("a", { href: `#/${name}`, "aria-current": isCurrent ? "page" : null }, icon(name), h("span", {}, t(name)));
}

async function logOut() {
  await post("/api/v1/logout").catch(() => {});
  emit("logged-out");
}
