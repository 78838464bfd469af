// History: a calendar, the events of a day as pictures, and what narrows them down.

import { eventPath, get, withQuery } from "./api.js";
import { addDays, addMonths, Calendar, dayKey, startOfDay, startOfMonth } from "./calendar.js";
import { chooser } from "./choosers.js";
import { button, h, icon } from "./dom.js";
import { EventDialog } from "./event_dialog.js";
import { sayProblem } from "./feedback.js";
import { clock, date, duration, eventCount, labelWord, t } from "./language.js";
import { on, state } from "./store.js";
import { Timeline } from "./timeline.js";

const PAGE = 60;
const SETTLE = 800; // several changes of an event come at once

export const historyView = () => new HistoryView();

class HistoryView {
  constructor() {
    this.ended = new AbortController();
    this.filter = { camera: "", zone: "", label: "" };
    this.events = new Map(); // id: event, newest first
    this.day = startOfDay(new Date());
    this.calendar = new Calendar((day) => this.open(day));
    this.timeline = new Timeline();
    this.filters = h("div", { class: "filters" });
    this.heading = h("h2", { "aria-live": "polite" });
    this.count = h("p", { class: "muted", role: "status" });
    this.list = h("ul", { class: "events" });
    this.more = h("button", { type: "button", class: "wide", onclick: () => this.load(this.cursor) }, t("more"));
    this.element = h(
      "div",
      { class: "history" },
      this.finder(),
      h("section", { class: "day-events" },
        h("div", { class: "view-head" },
          h("div", { class: "row" },
            button("left", t("day-before"), () => this.open(addDays(this.day, -1)), { quiet: true }),
            button("right", t("day-after"), () => this.open(addDays(this.day, 1)), { quiet: true }),
            this.heading,
          ),
          this.count,
        ),
        this.timeline.element,
        this.list,
        this.more,
      ),
    );
    on("event", (event) => this.changed(event), this.ended.signal);
    this.open(this.day);
  }

  /** Calendar and filters: beside the events, or folded up above them where there is no room. */
  finder() {
    const hasRoom = window.matchMedia("(min-width: 901px)");
    const element = h("details", { class: "finder", open: hasRoom.matches }, h("summary", {}, t("finder")),
      h("div", {}, this.calendar.element, h("section", { class: "card", "aria-label": t("filters") }, this.filters)));
    hasRoom.addEventListener("change", () => (element.open = hasRoom.matches), { signal: this.ended.signal });
    return element;
  }

  /** Show a day. */
  open(day) {
    this.day = day;
    this.calendar.show(day);
    this.heading.textContent = date(day, { weekday: "long", day: "numeric", month: "long" });
    this.reload();
  }

  reload() {
    this.events = new Map();
    this.cursor = null;
    this.load(null);
    this.summarise();
  }

  async load(cursor) {
    const asked = (this.asked = Symbol("asked"));
    const query = { after: this.day.toISOString(), before: addDays(this.day, 1).toISOString(), limit: PAGE, cursor, ...this.filter };
    try {
      const page = await get(withQuery("/api/v1/events", query));
      if (asked !== this.asked) return; // another day was chosen meanwhile
      for (const event of page.events) this.events.set(event.id, event);
      this.cursor = page.cursor;
      this.draw();
    } catch (error) {
      sayProblem(error);
    }
  }

  async summarise() {
    const asked = (this.summaryAsked = Symbol("asked"));
    const month = startOfMonth(this.day);
    const range = { after: month.toISOString(), before: addMonths(month, 1).toISOString() };
    try {
      const summary = await get(withQuery("/api/v1/history", { ...range, ...this.filter }));
      const quarters = summary.counts.map(({ at, events }) => ({ at: new Date(at), events }));
      const counts = new Map();
      for (const { at, events } of quarters) counts.set(dayKey(at), (counts.get(dayKey(at)) ?? 0) + events);
      if (asked !== this.summaryAsked) return; // another month or filter was chosen meanwhile
      this.calendar.show(this.day, counts);
      this.timeline.show(this.day, quarters);
      this.drawFilters(summary);
    } catch (error) {
      sayProblem(error);
    }
  }

  drawFilters({ zones, labels }) {
    const all = ["", t("all")];
    const cameras = [...state.cameras.values()].map(({ id, name }) => [id, name]);
    const names = (list) => list.map((name) => [name, name]);
    const one = (key, entries) => chooser(t(key), [all, ...entries], this.filter[key], (value) => this.narrow(key, value), { "data-filter": key });
    const focused = document.activeElement?.dataset?.filter;
    this.filters.replaceChildren(one("camera", cameras), one("zone", names(zones)), one("label", labels.map((name) => [name, labelWord(name)])));
    if (focused) this.filters.querySelector(`[data-filter="${focused}"]`)?.focus();
  }

  narrow(key, value) {
    this.filter[key] = value;
    this.reload();
  }

  draw() {
    const events = this.sorted();
    const focused = document.activeElement?.dataset?.event;
    this.list.replaceChildren(...events.map((event) => this.card(event)));
    if (focused) this.list.querySelector(`[data-event="${CSS.escape(focused)}"]`)?.focus();
    this.count.textContent = events.length ? `${eventCount(events.length)}${this.cursor ? " +" : ""}` : "";
    this.list.hidden = events.length === 0;
    this.more.hidden = !this.cursor;
    this.none ??= h("div", { class: "card empty" }, icon("history"), h("p", {}, t("no-events")));
    if (events.length) this.none.remove();
    else this.list.after(this.none);
  }

  sorted() {
    return [...this.events.values()].sort((one, other) => (one.started_at < other.started_at ? 1 : -1));
  }

  card(event) {
    const picture = event.snapshot
      ? h("img", { src: eventPath(event.id, "/snapshot.jpg"), alt: "", loading: "lazy", width: 320, height: 180 })
      : h("div", { class: "no-picture" }, icon("motion"));
    const marks = [...event.labels.map(({ name }) => name), ...event.zones];
    return h(
      "li",
      {},
      h("button", { type: "button", class: "event", "data-event": event.id, onclick: () => this.show(event.id) },
        picture,
        event.keep ? h("span", { class: "kept" }, icon("star"), h("span", { class: "hidden-words" }, t("kept"))) : null,
        event.clip ? h("span", { class: "has-clip" }, icon("play")) : null,
        h("span", { class: "event-words" },
          h("strong", {}, clock(new Date(event.started_at))),
          h("span", { class: "muted" }, lengthOf(event)),
          marks.length ? h("span", { class: "marks" }, marks.join(", ")) : null,
          state.cameras.size > 1 ? h("span", { class: "muted" }, nameOf(event.camera)) : null,
        ),
      ),
    );
  }

  show(id) {
    this.dialog?.close();
    this.dialog = new EventDialog(this.events.get(id), {
      neighbour: (from, step) => {
        const events = this.sorted();
        return events[events.findIndex((event) => event.id === from) + step] ?? null;
      },
      onChange: (event) => {
        this.events.set(event.id, event);
        this.draw();
      },
      onDelete: (gone) => {
        this.events.delete(gone);
        this.draw();
        this.summarise();
      },
      onClose: (last) => this.list.querySelector(`[data-event="${CSS.escape(last)}"]`)?.focus(),
    });
  }

  /** An event changed on the agent. */
  changed(event) {
    const known = this.events.has(event.id);
    if (!known && !this.fits(event)) return;
    this.events.set(event.id, event);
    this.dialog?.update(event);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.draw();
      if (!known) this.summarise();
    }, SETTLE);
  }

  fits({ started_at, camera, zones, labels }) {
    const { filter } = this;
    return (
      dayKey(new Date(started_at)) === dayKey(this.day) &&
      (!filter.camera || camera === filter.camera) &&
      (!filter.zone || zones.includes(filter.zone)) &&
      (!filter.label || labels.some(({ name }) => name === filter.label))
    );
  }

  close() {
    this.ended.abort();
    clearTimeout(this.settling);
    this.dialog?.close();
  }
}

export const nameOf = (camera) => state.cameras.get(camera)?.name ?? camera;

export function lengthOf({ started_at, ended_at }) {
  return ended_at ? duration((Date.parse(ended_at) - Date.parse(started_at)) / 1000) : t("goes-on");
}
