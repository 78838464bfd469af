// Motion: where it counts, how much of it, and what counts right now.

import { cameraPath, patch } from "./api.js";
import { cameraChooser } from "./choosers.js";
import { button, h } from "./dom.js";
import { emptyView } from "./first_run.js";
import { say } from "./feedback.js";
import { t } from "./language.js";
import { Overlay } from "./overlay.js";
import { RegionEditor } from "./region_editor.js";
import { RegionList } from "./region_list.js";
import { openLooks } from "./sockets.js";
import { Stage } from "./stage.js";
import { chosenCamera, on, state } from "./store.js";
import { Tuner } from "./tuner.js";

export function motionView() {
  const camera = chosenCamera();
  return camera ? new MotionView(camera) : emptyView();
}

class MotionView {
  constructor(camera) {
    this.camera = camera;
    this.ended = new AbortController();
    this.editor = new RegionEditor({ onChange: () => this.edited(), onSelect: () => this.list.mark() });
    this.list = new RegionList(this.editor);
    this.overlay = new Overlay({ mask: true });
    this.stage = new Stage(camera, [this.overlay.canvas, this.editor.element]);
    this.tuner = new Tuner(camera);
    this.build();
    this.editor.load(camera.settings);
    this.edited();
    this.looks = openLooks(camera.id, (look) => this.show(look));
    const signal = this.ended.signal;
    on("settings", (id) => id === camera.id && this.settingsChanged(), signal);
    window.addEventListener("beforeunload", (event) => this.editor.isChanged && event.preventDefault(), { signal });
    window.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  build() {
    this.saveButton = button("check", t("save"), () => this.save(), { class: "primary" });
    this.undoButton = button("undo", t("undo"), () => this.editor.undo());
    this.discardButton = h("button", { type: "button", onclick: () => this.discard() }, t("discard"));
    this.hint = h("p", { class: "muted", role: "status" });
    this.problem = h("p", { class: "problem", role: "alert" });
    this.element = h(
      "div",
      { class: "motion-view" },
      h("section", { class: "regions-part" },
        h("div", { class: "view-head" }, h("h2", {}, t("zones-and-masks")), cameraChooser()),
        this.stage.element,
        this.hint,
        this.list.tools,
        this.problem,
      ),
      h("aside", {},
        h("section", { class: "card" }, this.list.element, h("div", { class: "row save-row" }, this.saveButton, this.undoButton, this.discardButton)),
        this.tuner.element,
      ),
    );
  }

  show(look) {
    this.overlay.show(look);
    this.tuner.show(look);
  }

  edited() {
    const { isChanged, canUndo, isDrawing } = this.editor;
    this.saveButton.disabled = !isChanged || isDrawing;
    this.discardButton.disabled = !isChanged && !isDrawing;
    this.undoButton.disabled = !canUndo;
    this.hint.textContent = t(isDrawing ? "draw-how" : "edit-how");
    this.stage.element.classList.toggle("drawing", isDrawing);
    this.list.draw();
  }

  async save() {
    this.problem.textContent = "";
    try {
      await patch(cameraPath(this.camera.id, "settings"), this.editor.regions);
      this.editor.saved();
      say(t("saved"));
    } catch (error) {
      this.problem.textContent = error.field ? `${error.field}: ${error.message}` : error.message;
    }
  }

  discard() {
    this.problem.textContent = "";
    this.editor.load(state.cameras.get(this.camera.id).settings);
    this.edited();
  }

  get isUnsaved() {
    return this.editor.isChanged;
  }

  /** Somebody else, or this page, changed the camera's settings. */
  settingsChanged() {
    const { settings } = state.cameras.get(this.camera.id);
    this.tuner.settingsChanged(settings);
    const { isChanged, isDrawing } = this.editor;
    if (!isChanged && !isDrawing && !this.editor.has(settings)) {
      this.editor.load(settings);
      this.edited();
    }
  }

  key(event) {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (!isUndo || event.target.matches("input")) return;
    event.preventDefault();
    this.editor.undo();
  }

  close() {
    this.ended.abort();
    this.looks.close();
    this.overlay.close();
    this.editor.close();
    this.tuner.close();
    this.stage.close();
  }
}
