// Settings: each is saved as it is changed. Then Home Assistant, and what this agent is.

import { accessPanel } from "./access.js";
import { cameraPath, patch } from "./api.js";
import { cameraChooser } from "./choosers.js";
import { h } from "./dom.js";
import { say } from "./feedback.js";
import { connectPanel } from "./first_run.js";
import { t } from "./language.js";
import { chosenCamera, on, state } from "./store.js";

const toggle = (name) => ({ name, type: "toggle" });
const figure = (name, min, max, step, unit) => ({ name, type: "number", min, max, step, unit });
const GROUPS = [
  ["recording-group", [
    toggle("motion"),
    toggle("recording"),
    figure("pre_roll_seconds", 0, 60, 1, "s"),
    figure("post_roll_seconds", 0, 60, 1, "s"),
    figure("cool_down_seconds", 0.5, 600, 0.5, "s"),
    figure("longest_event_seconds", 5, 3600, 5, "s"),
  ]],
  ["picture-group", [
    { name: "rotation", type: "choice", values: [0, 90, 180, 270] },
    toggle("flip_horizontal"),
    toggle("flip_vertical"),
    toggle("timestamp_overlay"),
    figure("stream_fps", 0.5, 60, 0.5, "fps"),
    figure("stream_quality", 10, 100, 5, "%"),
  ]],
];

export function settingsView() {
  return new SettingsView(chosenCamera());
}

class SettingsView {
  constructor(camera) {
    this.camera = camera;
    this.ended = new AbortController();
    this.fields = new Map();
    this.connect = connectPanel();
    const groups = camera ? GROUPS.map(([title, fields]) => this.group(title, fields)) : [];
    this.element = h(
      "div",
      { class: "settings" },
      h("div", { class: "view-head" }, h("h2", {}, camera?.name ?? t("settings")), cameraChooser()),
      h("div", { class: "groups" }, groups),
      this.connect.element,
      accessPanel(),
      about(),
    );
    on("settings", (id) => id === camera?.id && this.fill(), this.ended.signal);
    this.fill();
  }

  group(title, fields) {
    return h("section", { class: "card" }, h("h2", {}, t(title)), fields.map((field) => this.row(field)));
  }

  row(field) {
    const id = `set-${field.name}`;
    const input = inputOf(field, id);
    const problem = h("p", { class: "problem", id: `${id}-problem`, role: "alert" });
    input.addEventListener("change", () => this.save(field, input, problem));
    this.fields.set(field, input);
    const unit = field.unit ? h("span", { class: "muted unit" }, field.unit === "fps" ? t("fps-unit") : field.unit) : null;
    return h("div", { class: `setting ${field.type}` }, h("label", { for: id }, t(field.name === "motion" ? "detect" : field.name)), h("span", { class: "control" }, input, unit), problem);
  }

  fill() {
    if (!this.camera) return;
    const { settings } = state.cameras.get(this.camera.id) ?? this.camera;
    for (const [field, input] of this.fields) {
      if (field.type === "toggle") input.checked = settings[field.name];
      else if (document.activeElement !== input) input.value = settings[field.name];
    }
  }

  async save(field, input, problem) {
    const value = field.type === "toggle" ? input.checked : Number(input.value);
    problem.textContent = "";
    input.removeAttribute("aria-invalid");
    try {
      if (!input.checkValidity()) throw new Error(t("allowed", { min: field.min, max: field.max }));
      await patch(cameraPath(this.camera.id, "settings"), { [field.name]: value });
      say(t("saved"));
    } catch (error) {
      problem.textContent = error.message;
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", problem.id);
    }
  }

  close() {
    this.ended.abort();
    this.connect.close();
  }
}

function inputOf({ type, values, min, max, step }, id) {
  if (type === "toggle") return h("input", { type: "checkbox", role: "switch", id });
  if (type === "number") return h("input", { type: "number", id, min, max, step: "any", inputmode: "decimal", "data-step": step });
  return h("select", { id }, values.map((value) => h("option", { value }, `${value}°`)));
}

function about() {
  const { info } = state;
  const facts = [[t("version"), info.version], [t("agent-id"), info.agent_id], [t("protocol"), info.protocol]];
  return h(
    "section",
    { class: "card about" },
    h("h2", {}, t("about")),
    h("dl", {}, facts.map(([name, value]) => h("div", {}, h("dt", { class: "muted" }, name), h("dd", {}, value)))),
  );
}
