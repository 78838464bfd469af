// The live picture: an <img> on the agent's stream that is opened anew whenever it stands still.

import { cameraPath, withQuery } from "./api.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { on } from "./store.js";

const LOOK_EVERY = 1000;
const STILL_FOR = 10000; // a camera's noise alone changes some pixels within that time
const HIDDEN_FOR = 20000; // nobody sees it: the Pi need not send it
const RETRY_AFTER = 2000;
const SAMPLE = { width: 48, height: 27 };

export class LivePicture {
  /** `full`: in all its pixels, else as many as are shown. */
  constructor(camera, { full = false } = {}) {
    this.camera = camera;
    this.full = full;
    this.ended = new AbortController();
    this.element = h("div", { class: "picture" });
    this.canvas = new OffscreenCanvas(SAMPLE.width, SAMPLE.height);
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    const signal = this.ended.signal;
    on("hello", () => this.restart(), signal); // the agent was away: its stream has ended
    document.addEventListener("visibilitychange", () => this.visibilityChanged(), { signal });
    this.timer = setInterval(() => this.look(), LOOK_EVERY);
    requestAnimationFrame(() => this.restart()); // once it has its place on the page
  }

  /** The <img> that shows pictures now, or null. */
  get image() {
    return this.shown?.naturalWidth ? this.shown : null;
  }

  /** Open the stream anew; what is shown stays until the new one has a picture. */
  restart() {
    if (this.ended.signal.aborted) return;
    this.dropComing();
    this.changedAt = performance.now();
    const width = this.full ? null : Math.ceil(this.element.clientWidth * Math.min(devicePixelRatio, 2)) || 640;
    const image = h("img", { alt: t("live-picture", { camera: this.camera.name }), draggable: "false" });
    image.onerror = () => this.failed(image);
    image.src = withQuery(cameraPath(this.camera.id, "stream.mjpg"), { framing: "browser", width, again: Date.now() });
    this.coming = image;
    this.waiting = setInterval(() => this.comeIfReady(), 30);
  }

  comeIfReady() {
    if (!this.coming?.naturalWidth) return;
    const image = this.coming;
    clearInterval(this.waiting);
    this.coming = null;
    this.forget(this.shown);
    this.shown = image;
    this.element.replaceChildren(image);
    this.element.dispatchEvent(new CustomEvent("size"));
  }

  failed(image) {
    if (image !== this.coming && image !== this.shown) return;
    this.changedAt = performance.now() - STILL_FOR + RETRY_AFTER;
  }

  /** Every second: has anything changed? */
  look() {
    if (document.hidden) return;
    if (this.image) {
      this.context.drawImage(this.image, 0, 0, SAMPLE.width, SAMPLE.height);
      const sample = this.context.getImageData(0, 0, SAMPLE.width, SAMPLE.height).data.join();
      if (sample !== this.sample) this.changedAt = performance.now();
      this.sample = sample;
    }
    if (performance.now() - this.changedAt > STILL_FOR) this.restart();
  }

  visibilityChanged() {
    clearTimeout(this.hiding);
    if (document.hidden) this.hiding = setTimeout(() => this.forgetAll(), HIDDEN_FOR);
    else if (!this.shown?.src) this.restart();
  }

  dropComing() {
    clearInterval(this.waiting);
    this.forget(this.coming);
    this.coming = null;
  }

  forgetAll() {
    this.dropComing();
    this.forget(this.shown);
    this.shown = null;
  }

  forget(image) {
    if (!image) return;
    image.onerror = null;
    image.removeAttribute("src"); // ends the request
  }

  close() {
    this.ended.abort();
    clearInterval(this.timer);
    clearTimeout(this.hiding);
    this.forgetAll();
  }
}
