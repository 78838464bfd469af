// Polygons drawn on the picture with mouse, touch or keys. Points are fractions of the picture.

import { svg } from "./dom.js";
import { t } from "./language.js";
import { drawing } from "./region_drawing.js";

const LEAST_POINTS = 3;
const MOST_POINTS = 64;
const NEAR = 14; // CSS pixels: there a click means the first point
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.01;
const FINE_STEP = 0.002;
const MIDDLE = [[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]];
const MOST_UNDO = 100;

export class RegionEditor {
  constructor({ onChange, onSelect }) {
    Object.assign(this, { onChange, onSelect });
    this.element = svg("svg", { class: "layer regions", role: "group", "aria-label": t("zones-and-masks") });
    this.load({ zones: [], masks: [] });
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
    const listeners = { pointerdown: "down", pointermove: "moved", pointerup: "up", pointercancel: "up", keydown: "key", dblclick: "finish" };
    for (const [type, name] of Object.entries(listeners)) this.element.addEventListener(type, (event) => this[name](event));
  }

  /** Begin with what is saved. */
  load({ zones, masks }) {
    this.regions = structuredClone({ zones, masks });
    this.savedText = JSON.stringify(this.regions);
    this.past = [];
    this.selected = null; // {kind: "zones" | "masks", index}
    this.draft = null; // {kind, points}
    this.dragged = null;
    this.draw();
  }

  saved() {
    this.savedText = JSON.stringify(this.regions);
    this.onChange();
  }

  get isChanged() {
    return JSON.stringify(this.regions) !== this.savedText;
  }

  /** Whether the settings have just these regions. */
  has({ zones, masks }) {
    return JSON.stringify(this.regions) === JSON.stringify({ zones, masks });
  }

  get isDrawing() {
    return this.draft !== null;
  }

  get canUndo() {
    return this.past.length > 0 || this.draft?.points.length > 0;
  }

  pointsOf({ kind, index }) {
    const region = this.regions[kind][index];
    return kind === "zones" ? region.points : region;
  }

  /** Change the regions by `change()`, so that it can be undone. */
  edit(change) {
    this.past.push(JSON.stringify(this.regions));
    if (this.past.length > MOST_UNDO) this.past.shift();
    change();
    this.draw();
    this.onChange();
  }

  undo() {
    if (this.draft?.points.length) this.draft.points.pop();
    else if (this.past.length) this.regions = JSON.parse(this.past.pop());
    if (this.selected && !this.regions[this.selected.kind][this.selected.index]) this.selected = null;
    this.draw();
    this.onChange();
  }

  select(region) {
    this.selected = region;
    this.draw();
    this.onSelect();
  }

  begin(kind) {
    this.draft = { kind, points: [] };
    this.select(null);
    this.onChange();
  }

  cancel() {
    this.draft = null;
    this.draw();
    this.onChange();
  }

  /** End drawing; without three points yet, with a rectangle in the middle. */
  finish() {
    if (!this.draft) return;
    const { kind, points } = this.draft;
    const shape = points.length >= LEAST_POINTS ? points : structuredClone(MIDDLE);
    this.draft = null;
    this.edit(() => {
      this.regions[kind].push(kind === "zones" ? { name: this.freeName(), points: shape } : shape);
      this.selected = { kind, index: this.regions[kind].length - 1 };
    });
    this.onSelect();
  }

  freeName() {
    const taken = new Set(this.regions.zones.map(({ name }) => name));
    let n = 1;
    while (taken.has(t("zone-n", { n }))) n += 1;
    return t("zone-n", { n });
  }

  rename(index, name) {
    this.edit(() => (this.regions.zones[index].name = name));
  }

  removeRegion({ kind, index }) {
    this.edit(() => {
      this.regions[kind].splice(index, 1);
      this.selected = null;
    });
  }

  // --- pointer and keys --------------------------------------------------------------------------

  at(event) {
    const box = this.element.getBoundingClientRect();
    return [fraction((event.clientX - box.left) / box.width), fraction((event.clientY - box.top) / box.height)];
  }

  down(event) {
    if (event.button !== 0) return;
    if (this.draft) return this.addDraftPoint(event);
    const { point, middle, region } = event.target.dataset;
    if (point !== undefined) this.drag(event, Number(point));
    else if (middle !== undefined) this.drag(event, this.insert(Number(middle)));
    else if (region) this.select(JSON.parse(region));
    else if (this.selected) this.select(null);
  }

  drag(event, point) {
    if (point === null) return;
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    this.dragged = { point, before: JSON.stringify(this.regions), moved: false };
    this.focusPoint(point);
  }

  moved(event) {
    if (this.draft) {
      this.draft.pointer = this.at(event);
      this.draw();
    }
    if (!this.dragged) return;
    this.dragged.moved = true;
    this.pointsOf(this.selected)[this.dragged.point] = this.at(event);
    this.draw();
  }

  up() {
    if (this.dragged?.moved) {
      this.past.push(this.dragged.before);
      this.onChange();
    }
    this.dragged = null;
  }

  addDraftPoint(event) {
    event.preventDefault();
    const { points } = this.draft;
    const box = this.element.getBoundingClientRect();
    const [x, y] = this.at(event);
    const [first] = points;
    const closes = first && Math.hypot((x - first[0]) * box.width, (y - first[1]) * box.height) < NEAR;
    if (closes && points.length >= LEAST_POINTS) return this.finish();
    if (points.length < MOST_POINTS && !closes) points.push([x, y]);
    this.draw();
    this.onChange();
  }

  key(event) {
    const { point, middle, region } = event.target.dataset;
    const enters = event.key === "Enter" || event.key === " ";
    const deletes = event.key === "Delete" || event.key === "Backspace";
    let handled = true;
    if (point !== undefined && event.key in STEPS) this.move(Number(point), STEPS[event.key], event.shiftKey ? FINE_STEP : STEP);
    else if (point !== undefined && deletes) this.removePoint(Number(point));
    else if (middle !== undefined && enters) this.insert(Number(middle));
    else if (region && enters) this.select(JSON.parse(region));
    else if (region && deletes) this.removeRegion(JSON.parse(region));
    else handled = false;
    if (handled) event.preventDefault();
  }

  move(point, [dx, dy], step) {
    this.edit(() => {
      const points = this.pointsOf(this.selected);
      const [x, y] = points[point];
      points[point] = [fraction(x + dx * step), fraction(y + dy * step)];
    });
    this.focusPoint(point);
  }

  removePoint(point) {
    const points = this.pointsOf(this.selected);
    if (points.length <= LEAST_POINTS) return;
    this.edit(() => points.splice(point, 1));
    this.focusPoint(point % points.length);
  }

  /** A new point behind point `after`; its number, null where there are too many. */
  insert(after) {
    const points = this.pointsOf(this.selected);
    if (points.length >= MOST_POINTS) return null;
    const next = points[(after + 1) % points.length];
    const between = [(points[after][0] + next[0]) / 2, (points[after][1] + next[1]) / 2];
    this.edit(() => points.splice(after + 1, 0, between));
    this.focusPoint(after + 1);
    return after + 1;
  }

  focusPoint(point) {
    this.element.querySelector(`[data-point="${point}"]`)?.focus();
  }

  draw() {
    const focused = document.activeElement?.dataset?.point;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...drawing(this));
    if (hadFocus && focused !== undefined) this.focusPoint(focused);
  }

  close() {
    this.observer.disconnect();
  }
}

const fraction = (value) => Math.round(Math.max(0, Math.min(1, value)) * 10000) / 10000;
