// The tuner: the score of the last minutes, and the line from which it counts, to be dragged.

import { cameraPath, patch } from "./api.js";
import { h } from "./dom.js";
import { sayProblem } from "./feedback.js";
import { number, t } from "./language.js";
import { recentScores } from "./sockets.js";

const SHOWN = 3 * 60 * 1000;
const GAP = 3000; // longer than between two looks: nothing is known of the time between
const PADDING = 10;

export class Tuner {
  constructor(camera) {
    this.camera = camera;
    this.sensitivity = camera.settings.sensitivity;
    this.canvas = h("canvas", { class: "chart", "aria-hidden": "true" });
    this.input = h("input", { type: "range", id: "sensitivity", min: 1, max: 100, value: this.sensitivity });
    this.figure = h("output", { for: "sensitivity" });
    this.now = h("p", { class: "muted" }); // no live region: it changes with every step somebody takes
    this.input.addEventListener("input", () => this.set(Number(this.input.value)));
    this.input.addEventListener("change", () => this.save());
    this.element = h(
      "section",
      { class: "card tuner" },
      h("div", { class: "row between" }, h("h2", {}, t("tuner")), this.now),
      this.canvas,
      h("label", { for: "sensitivity" }, t("sensitivity"), " ", this.figure),
      this.input,
      h("p", { class: "muted" }, t("tuner-how")),
    );
    this.dragWith(this.canvas);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
    this.set(this.sensitivity);
  }

  set(sensitivity) {
    this.sensitivity = Math.max(1, Math.min(100, Math.round(sensitivity)));
    this.input.value = this.sensitivity;
    this.figure.textContent = number(this.sensitivity);
    this.draw();
  }

  async save() {
    try {
      await patch(cameraPath(this.camera.id, "settings"), { sensitivity: this.sensitivity });
    } catch (error) {
      sayProblem(error);
    }
  }

  settingsChanged({ sensitivity }) {
    if (!this.dragging && document.activeElement !== this.input) this.set(sensitivity);
  }

  show(look) {
    const words = t(look.learning ? "learning" : look.active ? "counts" : "counts-not");
    if (this.now.textContent !== words) this.now.textContent = words;
    this.now.classList.toggle("active", look.active);
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.draw();
    });
  }

  dragWith(canvas) {
    const follow = (event) => {
      const box = canvas.getBoundingClientRect();
      const score = 100 * (1 - (event.clientY - box.top - PADDING) / (box.height - 2 * PADDING));
      this.set(100 - score);
    };
    canvas.addEventListener("pointerdown", (event) => {
      this.dragging = true;
      canvas.setPointerCapture(event.pointerId);
      follow(event);
    });
    canvas.addEventListener("pointermove", (event) => this.dragging && follow(event));
    const end = () => {
      if (this.dragging) this.save();
      this.dragging = false;
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
  }

  draw() {
    const { canvas } = this;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const y = (score) => PADDING + (1 - score / 100) * (height - 2 * PADDING);
    const end = Date.now();
    const x = (time) => width * (1 - (end - time) / SHOWN);
    const colours = coloursOf(canvas);
    drawGrid(context, width, y, colours);
    drawScores(context, recentScores(this.camera.id), { x, y, colours, from: end - SHOWN });
    drawLine(context, width, y(100 - this.sensitivity), colours);
  }

  close() {
    this.observer.disconnect();
    cancelAnimationFrame(this.drawing);
  }
}

function coloursOf(element) {
  // A canvas does not know the colours of CSS variables; an element with one does.
  const probe = h("i", { hidden: true });
  element.after(probe);
  const of = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = { grid: of("line"), quiet: of("edge"), counts: of("motion"), line: of("accent"), words: of("muted") };
  probe.remove();
  return colours;
}

function drawGrid(context, width, y, { grid, words }) {
  context.strokeStyle = grid;
  context.fillStyle = words;
  context.font = "11px system-ui, sans-serif";
  for (const score of [0, 50, 100]) {
    context.beginPath();
    context.moveTo(0, y(score));
    context.lineTo(width, y(score));
    context.stroke();
    context.fillText(number(score), 2, y(score) + (score ? 12 : -3));
  }
}

function drawScores(context, scores, { x, y, colours, from }) {
  let before = null;
  for (const entry of scores) {
    if (entry.time < from) continue;
    if (before && entry.time - before.time < GAP) {
      context.fillStyle = entry.active ? colours.counts : colours.quiet;
      context.globalAlpha = entry.active ? 0.85 : 0.5;
      context.beginPath();
      context.moveTo(x(before.time), y(0));
      context.lineTo(x(before.time), y(before.score));
      context.lineTo(x(entry.time) + 0.5, y(entry.score));
      context.lineTo(x(entry.time) + 0.5, y(0));
      context.fill();
    }
    before = entry;
  }
  context.globalAlpha = 1;
}

function drawLine(context, width, y, { line }) {
  context.strokeStyle = context.fillStyle = line;
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(width - 14, y);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(width - 9, y, 7, 0, 2 * Math.PI);
  context.fill();
}
