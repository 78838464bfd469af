// What motion detection sees, drawn over the picture: boxes, and the pixels that count.

import { h } from "./dom.js";

const SHOWN_MILLISECONDS = 700; // looks come up to ten times a second; motion pauses between some

export class Overlay {
  constructor({ mask = false } = {}) {
    this.withMask = mask;
    this.canvas = h("canvas", { class: "layer", "aria-hidden": "true" });
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
    this.look = null;
  }

  show(look) {
    if (!look.boxes.length) return;
    this.look = look;
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear(), SHOWN_MILLISECONDS);
  }

  clear() {
    this.look = null;
    this.draw();
  }

  draw() {
    const { canvas, look } = this;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    if (!look || !canvas.width) return;
    const context = canvas.getContext("2d");
    const colour = getComputedStyle(canvas).color;
    if (this.withMask && look.mask) drawMask(context, look.mask, colour);
    context.strokeStyle = colour;
    context.lineWidth = 2 * scale;
    for (const { x, y, w, h: height } of look.boxes) {
      context.strokeRect(x * canvas.width, y * canvas.height, w * canvas.width, height * canvas.height);
    }
  }

  close() {
    this.observer.disconnect();
    clearTimeout(this.timer);
  }
}

function drawMask(context, { width, height, bits }, colour) {
  const rows = Uint8Array.from(atob(bits), (symbol) => symbol.charCodeAt(0));
  const stride = Math.ceil(width / 8);
  const { canvas } = context;
  const small = new OffscreenCanvas(width, height);
  const pixels = small.getContext("2d");
  pixels.fillStyle = colour;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rows[y * stride + (x >> 3)] & (128 >> (x & 7))) pixels.fillRect(x, y, 1, 1);
    }
  }
  context.globalAlpha = 0.45;
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  context.globalAlpha = 1;
}
