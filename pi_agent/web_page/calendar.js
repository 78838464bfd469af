// A month whose days say how many events they have.

import { button, h } from "./dom.js";
import { date, eventCount, t } from "./language.js";

const DAY = 24 * 3600 * 1000;

export const startOfDay = (time) => new Date(time.getFullYear(), time.getMonth(), time.getDate());
export const startOfMonth = (time) => new Date(time.getFullYear(), time.getMonth(), 1);
export const addDays = (time, days) => new Date(time.getFullYear(), time.getMonth(), time.getDate() + days);
export const addMonths = (time, months) => new Date(time.getFullYear(), time.getMonth() + months, 1);
export const dayKey = (time) => `${time.getFullYear()}-${time.getMonth() + 1}-${time.getDate()}`;

const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export class Calendar {
  /** `onDay(date)` hears which day was chosen. */
  constructor(onDay) {
    this.onDay = onDay;
    this.counts = new Map();
    this.title = h("h2", { "aria-live": "polite" });
    this.body = h("tbody", { onkeydown: (event) => this.move(event) });
    const head = h("thead", {}, h("tr", {}, weekdays().map(({ short, long }) => h("th", { scope: "col", abbr: long }, short))));
    this.element = h(
      "section",
      { class: "card calendar", "aria-label": t("calendar") },
      h("div", { class: "row between" },
        button("left", t("month-before"), () => this.turn(-1), { quiet: true }),
        this.title,
        button("right", t("month-after"), () => this.turn(1), { quiet: true }),
      ),
      h("table", {}, head, this.body),
      h("button", { type: "button", onclick: () => this.onDay(startOfDay(new Date())) }, t("today")),
    );
  }

  /** Show the month of `day`, with `counts` (a Map of dayKey: number). */
  show(day, counts = this.counts) {
    Object.assign(this, { day, counts });
    this.title.textContent = date(day, { month: "long", year: "numeric" });
    const first = startOfMonth(day);
    const monday = addDays(first, -((first.getDay() + 6) % 7));
    const hadFocus = this.body.contains(document.activeElement);
    const weeks = Math.ceil((addMonths(day, 1) - monday) / DAY / 7 - 0.01);
    this.body.replaceChildren(
      ...Array.from({ length: weeks }, (_, week) =>
        h("tr", {}, Array.from({ length: 7 }, (_, weekday) => this.cell(addDays(monday, 7 * week + weekday)))),
      ),
    );
    if (hadFocus) this.body.querySelector('[aria-pressed="true"]').focus();
  }

  cell(day) {
    if (day.getMonth() !== this.day.getMonth()) return h("td");
    const count = this.counts.get(dayKey(day)) ?? 0;
    const chosen = dayKey(day) === dayKey(this.day);
    const label = `${date(day, { dateStyle: "full" })}, ${eventCount(count)}`;
    const attributes = {
      type: "button",
      class: count ? "day has" : "day",
      "aria-label": label,
      "aria-pressed": String(chosen),
      "aria-current": dayKey(day) === dayKey(new Date()) ? "date" : null,
      tabindex: chosen ? 0 : -1,
      onclick: () => this.onDay(day),
    };
    return h("td", {}, h("button", attributes, String(day.getDate())));
  }

  turn(months) {
    this.onDay(addMonths(this.day, months));
  }

  move(event) {
    if (!(event.key in MOVES)) return;
    event.preventDefault();
    this.onDay(addDays(this.day, MOVES[event.key]));
  }
}

function weekdays() {
  return Array.from({ length: 7 }, (_, number) => {
    const day = new Date(2024, 0, 1 + number); // a Monday
    return { short: date(day, { weekday: "narrow" }), long: date(day, { weekday: "long" }) };
  });
}
