// The focus aid: how sharp a spot of the picture is, while somebody turns the lens.

import { h } from "./dom.js";
import { number, t } from "./language.js";

const EVERY = 200;
const SPOT = { width: 320, height: 180 }; // pixels of the full picture

/** The variance of the Laplacian: the sharper, the higher. `data` is RGBA. */
export function sharpness({ data, width, height }) {
  const luma = new Float32Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  }
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++) {
      const value = luma[i - 1] + luma[i + 1] + luma[i - width] + luma[i + width] - 4 * luma[i];
      sum += value;
      squares += value * value;
    }
  }
  const count = (width - 2) * (height - 2);
  return squares / count - (sum / count) ** 2;
}

export class FocusAid {
  /** `image()` gives the <img> of the full stream, or null. */
  constructor(image) {
    this.image = image;
    this.spot = { x: 0.5, y: 0.5 };
    this.best = 0;
    this.canvas = h("canvas", { class: "loupe", width: SPOT.width, height: SPOT.height, "aria-hidden": "true" });
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.figure = h("output", { class: "figure" }, "–");
    this.meter = h("meter", { min: 0, max: 1, value: 0, "aria-label": t("sharpness") });
    this.peak = h("span", { class: "muted" });
    this.element = h(
      "section",
      { class: "focus card", "aria-label": t("focus-aid") },
      this.canvas,
      h("div", { class: "focus-words" },
        h("h2", {}, t("sharpness"), " ", this.figure),
        this.meter,
        h("p", {}, this.peak),
        h("p", { class: "muted" }, t("focus-how")),
        h("button", { type: "button", onclick: () => this.reset() }, t("focus-reset")),
      ),
    );
    this.timer = setInterval(() => this.measure(), EVERY);
  }

  /** Look at another spot: fractions of the picture. */
  lookAt(x, y) {
    this.spot = { x, y };
    this.reset();
  }

  reset() {
    this.best = 0;
  }

  measure() {
    const image = this.image();
    if (!image) return;
    const width = Math.min(SPOT.width, image.naturalWidth);
    const height = Math.min(SPOT.height, image.naturalHeight);
    const left = clamp(this.spot.x * image.naturalWidth - width / 2, image.naturalWidth - width);
    const top = clamp(this.spot.y * image.naturalHeight - height / 2, image.naturalHeight - height);
    this.context.drawImage(image, left, top, width, height, 0, 0, SPOT.width, SPOT.height);
    const value = sharpness(this.context.getImageData(0, 0, SPOT.width, SPOT.height));
    this.best = Math.max(this.best, value);
    this.figure.textContent = number(Math.round(value));
    this.meter.value = this.best ? value / this.best : 0;
    this.peak.textContent = t("focus-best", { best: number(Math.round(this.best)) });
  }

  close() {
    clearInterval(this.timer);
  }
}

const clamp = (value, most) => Math.max(0, Math.min(most, value));
