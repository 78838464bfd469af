// Settings: each is saved as it is changed. Then Home Assistant, and what this agent is.

import { accessPanel } from "./access.js";
import { cameraPath, patch } from "./api.js";
import { cameraChooser } from "./choosers.js";
import { h } from "./dom.js";
import { say } from "./feedback.js";
import { connectPanel } from "./first_run.js";
import { labelWord, t } from "./language.js";
import { chosenCamera, on, state } from "./store.js";

const toggle = (name) => ({ name, type: "toggle" });
const figure = (name, min, max, step, unit) => ({ name, type: "number", min, max, step, unit });
// Left empty, the camera decides; only shown where it has it.
const choice = (name, offered, min, max, step, unit) => ({ name, type: "number", min, max, step, unit, offered, empty: true });
const ZOOM = figure("zoom", 1, 16, 0.1, "\u00d7");
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
  ["objects-group", [
    { name: "labels", type: "labels" },
    toggle("only_labels"),
  ], (status) => status.labels.length > 0],
  ["camera-group", [
    choice("exposure_seconds", (controls) => controls.exposure_seconds, 0.00001, 600, 0.001, "s"),
    choice("gain", (controls) => controls.gain, 0, 1, 0.05),
    { name: "white_balance", type: "choice", values: (status) => status.controls.white_balance, offered: (controls) => controls.white_balance.length > 0 },
    choice("focus", (controls) => controls.focus, 0, 1, 0.05),
    { ...ZOOM, offered: (controls) => controls.most_zoom > 1 },
    choice("slowest_fps", (controls) => controls.frame_duration, 0.1, 120, 0.5, "fps"),
  ], (status) => Object.values(status.controls).some((value) => (Array.isArray(value) ? value.length : value && value !== 1))],
];
// What a camera is usually for; a model knows more, and tells it where it is asked to.
const USUAL = ["person", "bicycle", "car", "motorcycle", "bus", "truck", "bird", "cat", "dog", "face"];

export function settingsView() {
  return new SettingsView(chosenCamera());
}

class SettingsView {
  constructor(camera) {
    this.camera = camera;
    this.ended = new AbortController();
    this.fields = new Map();
    this.connect = connectPanel();
    const shown = camera ? GROUPS.filter(([, , applies]) => !applies || applies(camera.status)) : [];
    const groups = shown.map(([title, fields]) => this.group(title, fields));
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
    return h("section", { class: "card" }, h("h2", {}, t(title)), this.offered(fields).map((field) => this.row(field)));
  }

  offered(fields) {
    return fields.filter(({ offered }) => !offered || offered(this.camera.status.controls));
  }

  row(field) {
    const id = `set-${field.name}`;
    const input = inputOf(field, id, this.camera.status);
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
      else if (field.type === "labels") check(input, settings.labels);
      else if (document.activeElement !== input) input.value = settings[field.name] ?? "";
    }
  }

  async save(field, input, problem) {
    const value = valueOf(field, input);
    problem.textContent = "";
    input.removeAttribute("aria-invalid");
    try {
      if (input.checkValidity && !input.checkValidity()) throw new Error(t("allowed", { min: field.min, max: field.max }));
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

function inputOf({ type, values, min, max, step, empty, name }, id, status) {
  if (type === "toggle") return h("input", { type: "checkbox", role: "switch", id });
  if (type === "labels") return labelBoxes(id, status.labels);
  if (type === "number") {
    const placeholder = empty ? t("automatic") : null;
    return h("input", { type: "number", id, min, max, step: "any", required: !empty, placeholder, inputmode: "decimal", "data-step": step });
  }
  const entries = typeof values === "function" ? values(status) : values;
  return h("select", { id }, entries.map((value) => h("option", { value }, name === "rotation" ? `${value}°` : wordOf(value))));
}

function labelBoxes(id, known) {
  const names = known.filter((name) => USUAL.includes(name));
  return h("span", { id, role: "group", class: "chips" }, (names.length ? names : known).map(labelBox));
}

const labelBox = (name) => h("label", { class: "chip" }, h("input", { type: "checkbox", value: name }), labelWord(name));

function check(group, chosen) {
  const boxes = [...group.querySelectorAll("input")];
  const others = chosen.filter((name) => !boxes.some((box) => box.value === name));
  group.append(...others.map(labelBox)); // chosen elsewhere: without a box they would get lost
  for (const box of group.querySelectorAll("input")) box.checked = chosen.includes(box.value);
}

function valueOf(field, input) {
  if (field.type === "toggle") return input.checked;
  if (field.type === "labels") return [...input.querySelectorAll("input:checked")].map((box) => box.value);
  if (field.empty && input.value === "") return null;
  return field.name === "white_balance" ? input.value : Number(input.value);
}

const wordOf = (value) => (value === "auto" ? t("automatic") : value);

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
