// What the editor of zones and masks looks like at the moment, as SVG in CSS pixels.

import { svg } from "./dom.js";
import { number, t } from "./language.js";

/** All elements, from the lowest to the topmost. */
export function drawing(editor) {
  const { clientWidth: width, clientHeight: height } = editor.element;
  const place = ([x, y]) => [x * width, y * height];
  const all = ["masks", "zones"].flatMap((kind) => editor.regions[kind].map((_, index) => ({ kind, index })));
  const shapes = all.flatMap((region) => shape(editor, region, place));
  if (editor.draft) return [...shapes, ...drafting(editor.draft, place)];
  return editor.selected ? [...shapes, ...handles(editor.pointsOf(editor.selected), place)] : shapes;
}

function shape({ regions, selected, draft }, region, place) {
  const { kind, index } = region;
  const points = (kind === "zones" ? regions.zones[index].points : regions.masks[index]).map(place);
  const name = kind === "zones" ? regions.zones[index].name : t("mask-n", { n: index + 1 });
  const isSelected = selected?.kind === kind && selected.index === index;
  const polygon = svg("polygon", {
    class: `region ${kind}${isSelected ? " selected" : ""}`,
    points: points.join(" "),
    "data-region": JSON.stringify(region),
    tabindex: draft ? -1 : 0,
    role: "button",
    "aria-label": name,
    "aria-pressed": isSelected,
  });
  const [x, y] = middleOf(points);
  return [polygon, svg("text", { x, y, class: `region-name ${kind}`, "aria-hidden": "true" }, name)];
}

function handles(points, place) {
  const circle = (point, attributes) => {
    const [cx, cy] = place(point);
    return svg("circle", { cx, cy, tabindex: 0, role: "button", ...attributes });
  };
  const middles = points.map((point, index) => {
    const next = points[(index + 1) % points.length];
    const label = t("add-point", { n: index + 1 });
    return circle(middleOf([point, next]), { class: "handle middle", r: 5, "data-middle": index, "aria-label": label });
  });
  const corners = points.map((point, index) => {
    const label = t("point", { n: index + 1, of: points.length, x: percent(point[0]), y: percent(point[1]) });
    return circle(point, { class: "handle", r: 8, "data-point": index, "aria-label": label });
  });
  return [...middles, ...corners];
}

function drafting({ kind, points, pointer }, place) {
  const line = pointer && points.length ? [...points, pointer] : points;
  const corners = points.map((point, index) => {
    const [cx, cy] = place(point);
    return svg("circle", { class: index ? "handle" : "handle first", cx, cy, r: index ? 6 : 9 });
  });
  return [svg("polyline", { class: `region ${kind} draft`, points: line.map(place).join(" ") }), ...corners];
}

const percent = (value) => number(value, { style: "percent" });

function middleOf(points) {
  const sum = points.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return sum.map((value) => value / points.length);
}
