// When on a day something happened: a bar for each quarter of an hour.

import { h, svg } from "./dom.js";
import { addDays } from "./calendar.js";
import { clock, number, t } from "./language.js";

const QUARTER = 15 * 60 * 1000;
const HEIGHT = 40;

export class Timeline {
  constructor() {
    this.drawing = svg("svg", { viewBox: `0 0 96 ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
    const hours = [0, 6, 12, 18, 24].map((hour) => h("span", {}, number(hour, { minimumIntegerDigits: 2 })));
    this.element = h("div", { class: "timeline" }, this.drawing, h("div", { class: "hours muted", "aria-hidden": "true" }, hours));
  }

  /** `quarters`: [{at: Date, events}] of the month. */
  show(day, quarters) {
    const end = addDays(day, 1);
    const todays = quarters.filter(({ at }) => at >= day && at < end);
    const most = Math.max(4, ...todays.map(({ events }) => events));
    const bars = todays.map(({ at, events }) => {
      const height = Math.max(4, (events / most) * HEIGHT);
      const x = ((at - day) / QUARTER) * ((24 * 4 * QUARTER) / (end - day)); // days of 23 or 25 hours fit as well
      return svg("rect", { x: x + 0.1, y: HEIGHT - height, width: 0.8, height, rx: 0.3 });
    });
    this.drawing.replaceChildren(...bars);
    const busiest = todays.reduce((one, other) => (other.events > (one?.events ?? 0) ? other : one), null);
    const label = busiest ? t("timeline", { time: clock(busiest.at), n: busiest.events }) : t("no-events");
    this.drawing.setAttribute("aria-label", label);
  }
}
