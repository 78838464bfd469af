// Zones and masks by name, beside the picture, and the buttons that add some.

import { button, h } from "./dom.js";
import { t } from "./language.js";

const MOST = 16;

export class RegionList {
  constructor(editor) {
    this.editor = editor;
    this.element = h("div", { class: "region-list" });
    this.tools = h("div", { class: "row tools" });
  }

  draw() {
    const { editor } = this;
    const focused = document.activeElement?.id;
    const { zones, masks } = editor.regions;
    this.element.replaceChildren(
      h("h2", {}, t("zones")),
      zones.length ? h("ul", {}, zones.map((zone, index) => this.zone(zone, index))) : h("p", { class: "muted" }, t("no-zones")),
      h("h2", {}, t("masks")),
      masks.length ? h("ul", {}, masks.map((_, index) => this.mask(index))) : h("p", { class: "muted" }, t("no-masks")),
    );
    this.mark();
    this.drawTools();
    if (focused) document.getElementById(focused)?.focus();
  }

  /** Show which one is selected; what somebody types in stays as it is. */
  mark() {
    for (const row of this.element.querySelectorAll("li")) {
      row.classList.toggle("selected", this.isSelected(row.dataset.kind, Number(row.dataset.index)));
    }
  }

  zone({ name }, index) {
    const input = h("input", {
      id: `zone-${index}`,
      value: name,
      maxlength: 64,
      required: true,
      "aria-label": t("zone-name"),
      onfocus: () => this.isSelected("zones", index) || this.editor.select({ kind: "zones", index }),
      onchange: () => (input.value.trim() ? this.editor.rename(index, input.value.trim()) : (input.value = name)),
    });
    return this.row("zones", index, name, input);
  }

  mask(index) {
    const name = t("mask-n", { n: index + 1 });
    const select = h("button", { type: "button", id: `mask-${index}`, class: "plain", onclick: () => this.editor.select({ kind: "masks", index }) }, name);
    return this.row("masks", index, name, select);
  }

  row(kind, index, name, content) {
    const remove = button("trash", t("delete-named", { name }), () => this.editor.removeRegion({ kind, index }), { quiet: true });
    return h("li", { "data-kind": kind, "data-index": index }, h("span", { class: `swatch ${kind}` }), content, remove);
  }

  isSelected(kind, index) {
    const { selected } = this.editor;
    return selected?.kind === kind && selected.index === index;
  }

  drawTools() {
    const { editor } = this;
    const focused = [...this.tools.children].indexOf(document.activeElement);
    if (editor.isDrawing) {
      const enough = editor.draft.points.length >= 3;
      this.tools.replaceChildren(
        button("check", t(enough ? "finish" : "use-rectangle"), () => editor.finish(), { class: "primary" }),
        button("close", t("cancel"), () => editor.cancel()),
      );
    } else {
      const { zones, masks } = editor.regions;
      this.tools.replaceChildren(
        button("plus", t("draw-zone"), () => editor.begin("zones"), { disabled: zones.length >= MOST }),
        button("plus", t("draw-mask"), () => editor.begin("masks"), { disabled: masks.length >= MOST }),
      );
    }
    this.tools.children[Math.min(focused, this.tools.children.length - 1)]?.focus();
  }
}
