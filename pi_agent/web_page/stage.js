// A camera's picture in its shape, with layers over it, and what is said while there is none.

import { h, icon } from "./dom.js";
import { t } from "./language.js";
import { LivePicture } from "./picture.js";
import { on, state } from "./store.js";

const LEARNED = { width: 16, height: 9 };

export class Stage {
  /** `layers` lie over the picture, each as large as it is. */
  constructor(camera, layers = [], options = {}) {
    this.ended = new AbortController();
    this.camera = camera;
    this.picture = new LivePicture(camera, options);
    this.cover = h("div", { class: "cover" });
    this.element = h("div", { class: "stage" }, this.picture.element, layers, this.cover);
    this.picture.element.addEventListener("size", () => this.shape());
    on("camera", (id) => id === camera.id && this.tell(), this.ended.signal);
    on("hello", () => this.tell(), this.ended.signal);
    on("connection", () => this.tell(), this.ended.signal);
    this.shape();
    this.tell();
  }

  shape() {
    const image = this.picture.image;
    const size = state.cameras.get(this.camera.id)?.status.size ?? LEARNED;
    const [width, height] = image ? [image.naturalWidth, image.naturalHeight] : [size.width, size.height];
    for (const element of [this.element, this.element.parentElement]) element?.style.setProperty("--ratio", String(width / height));
  }

  tell() {
    const status = state.cameras.get(this.camera.id)?.status ?? this.camera.status;
    const [symbol, title, detail] = saying(status);
    this.cover.hidden = title === null;
    if (title !== null) {
      this.cover.replaceChildren(icon(symbol), h("strong", {}, title), detail ? h("p", {}, detail) : "");
    }
    this.element.dataset.state = state.connected ? status.state : "offline";
  }

  close() {
    this.ended.abort();
    this.picture.close();
  }
}

function saying(status) {
  if (!state.connected) return ["warning", t("no-answer"), t("reconnecting")];
  if (status.state === "privacy") return ["closed", t("privacy-on"), t("privacy-detail")];
  if (status.state === "offline") return ["warning", t("camera-offline"), status.reason];
  return [null, null, null];
}
