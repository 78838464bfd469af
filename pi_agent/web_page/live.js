// Live: the picture, what moves in it, and what one does on the ladder.

import { cameraPath, get, patch } from "./api.js";
import { cameraChooser } from "./choosers.js";
import { button, h, icon } from "./dom.js";
import { emptyView, helloCard } from "./first_run.js";
import { fileName, save, sayProblem } from "./feedback.js";
import { FocusAid } from "./focus.js";
import { bytes, number, t } from "./language.js";
import { Overlay } from "./overlay.js";
import { openLooks } from "./sockets.js";
import { Stage } from "./stage.js";
import { chosenCamera, isOwner, on, recall, remember, state } from "./store.js";

export function liveView() {
  const camera = chosenCamera();
  return camera ? new LiveView(camera) : emptyView();
}

class LiveView {
  constructor(camera) {
    this.camera = camera;
    this.ended = new AbortController();
    this.overlay = new Overlay();
    this.stage = new Stage(camera, [this.overlay.canvas]);
    this.stage.element.addEventListener("click", (event) => this.aimAt(event));
    this.build();
    this.looks = openLooks(camera.id, (look) => this.show(look));
    const signal = this.ended.signal;
    on("motion", (message) => message.camera === camera.id && this.tellMotion(message), signal);
    on("settings", (id) => id === camera.id && this.tellSettings(), signal);
    on("camera", (id) => id === camera.id && this.tellSettings(), signal);
    on("system", () => this.tellSystem(), signal);
    this.tellMotion({ active: false, zones: [] });
    this.tellSettings();
    this.tellSystem();
  }

  build() {
    this.motion = h("p", { class: "motion", role: "status" });
    this.score = h("meter", { min: 0, max: 100, value: 0, "aria-label": t("score") });
    this.track = h("div", { class: "track" }, this.score);
    this.figures = h("p", { class: "figures muted" });
    this.system = h("p", { class: "figures muted" });
    this.showsBoxes = recall("boxes", "yes") === "yes";
    this.boxesButton = button("boxes", t("boxes"), () => this.toggleBoxes(), { "aria-pressed": this.showsBoxes });
    this.aimButton = button("aim", t("aim"), () => this.toggleAim(), { "aria-pressed": "false" });
    this.privacyButton = isOwner() ? button("eye", t("privacy"), () => this.togglePrivacy()) : null;
    this.more = h("div", { class: "more" });
    this.element = h(
      "div",
      { class: "live" },
      helloCard(),
      h("div", { class: "view-head" }, h("h2", {}, this.camera.name), cameraChooser()),
      this.stage.element,
      h("div", { class: "bar" }, this.motion, h("div", { class: "score" }, h("span", { class: "muted" }, t("score")), this.track)),
      h("div", { class: "row tools" },
        button("snapshot", t("snapshot"), () => this.snapshot()),
        this.aimButton,
        this.boxesButton,
        this.privacyButton,
        button("full", t("full-screen"), () => this.stage.element.requestFullscreen?.()),
      ),
      this.more,
      h("div", { class: "row figures-row" }, this.figures, this.system),
    );
  }

  show(look) {
    this.score.value = look.score;
    this.track.style.setProperty("--threshold", String(look.threshold));
    this.score.classList.toggle("counts", look.active);
    this.score.setAttribute("aria-valuetext", number(look.score));
    if (look.fps !== null) this.figures.textContent = this.figuresOf(look.fps);
    if (this.showsBoxes) this.overlay.show(look);
  }

  figuresOf(fps) {
    const size = state.cameras.get(this.camera.id)?.status.size;
    const pixels = size ? `${size.width} × ${size.height} · ` : "";
    return `${pixels}${t("fps", { n: number(fps, { maximumFractionDigits: 1 }) })}`;
  }

  tellMotion({ active, zones }) {
    const words = active ? (zones.length ? t("motion-in", { zones: zones.join(", ") }) : t("motion-now")) : t("motion-none");
    if (this.motion.dataset.words === words) return; // a screen reader says each change once
    this.motion.dataset.words = words;
    this.motion.classList.toggle("active", active);
    this.motion.replaceChildren(h("span", { class: "dot", "aria-hidden": "true" }), words);
    if (!active) this.score.value = 0;
  }

  tellSettings() {
    const camera = state.cameras.get(this.camera.id);
    if (!camera) return;
    const { privacy, motion } = camera.settings;
    if (this.privacyButton) {
      this.privacyButton.setAttribute("aria-pressed", String(privacy));
      this.privacyButton.replaceChildren(icon(privacy ? "closed" : "eye"), h("span", { class: "words" }, t("privacy")));
    }
    if (!motion) this.motion.replaceChildren(h("span", { class: "dot" }), t("motion-off"));
    this.figures.textContent = camera.status.fps ? this.figuresOf(camera.status.fps) : "";
  }

  tellSystem() {
    const { system } = state;
    const parts = [];
    if (system?.free_disk_bytes != null) parts.push(t("free-disk", { size: bytes(system.free_disk_bytes) }));
    if (system?.temperature != null) parts.push(`${number(Math.round(system.temperature))} °C`);
    this.system.textContent = parts.join(" · ");
  }

  async snapshot() {
    try {
      save(await get(cameraPath(this.camera.id, "snapshot.jpg")), fileName(this.camera.id, new Date(), "jpg"));
    } catch (error) {
      sayProblem(error);
    }
  }

  async togglePrivacy() {
    const { privacy } = state.cameras.get(this.camera.id).settings;
    try {
      await patch(cameraPath(this.camera.id, "settings"), { privacy: !privacy });
    } catch (error) {
      sayProblem(error);
    }
  }

  toggleBoxes() {
    this.showsBoxes = !this.showsBoxes;
    remember("boxes", this.showsBoxes ? "yes" : "no");
    this.boxesButton.setAttribute("aria-pressed", String(this.showsBoxes));
    this.overlay.clear();
  }

  toggleAim() {
    const aims = !this.focus;
    this.aimButton.setAttribute("aria-pressed", String(aims));
    this.stage.element.classList.toggle("aiming", aims);
    this.stage.picture.full = aims; // sharpness is measured in the camera's own pixels
    this.stage.picture.restart();
    if (aims) {
      this.focus = new FocusAid(() => this.stage.picture.image);
      this.more.replaceChildren(this.focus.element);
    } else {
      this.focus.close();
      this.focus = null;
      this.more.replaceChildren();
    }
  }

  aimAt(event) {
    if (!this.focus) return;
    const box = this.stage.element.getBoundingClientRect();
    this.focus.lookAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  close() {
    this.ended.abort();
    this.looks.close();
    this.overlay.close();
    this.stage.close();
    this.focus?.close();
  }
}
