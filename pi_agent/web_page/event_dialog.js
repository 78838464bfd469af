// One event: its clip, what was seen, and what can be done with it.

import { eventPath, patch, remove } from "./api.js";
import { button, h, icon } from "./dom.js";
import { ask, fileName, sayProblem } from "./feedback.js";
import { lengthOf, nameOf } from "./history.js";
import { date, labelWord, number, t } from "./language.js";
import { isOwner } from "./store.js";

export class EventDialog {
  /** `neighbour(id, step)` gives the event before or after, as the list shows them. */
  constructor(event, { neighbour, onChange, onDelete, onClose }) {
    Object.assign(this, { neighbour, onChange, onDelete });
    this.element = h("dialog", {
      class: "card event-dialog",
      "aria-labelledby": "event-title",
      onkeydown: (pressed) => this.key(pressed),
      onclick: (clicked) => clicked.target === this.element && this.element.close(),
      onclose: () => {
        this.element.remove();
        onClose(this.event.id);
      },
    });
    this.media = h("div", { class: "media" });
    this.words = h("div", { class: "event-facts" });
    this.tools = h("div", { class: "row tools" });
    this.title = h("h2", { id: "event-title" });
    this.element.append(
      h("div", { class: "row between" }, this.title, button("close", t("close"), () => this.element.close(), { quiet: true })),
      this.media,
      this.words,
      this.tools,
    );
    this.open(event);
    document.body.append(this.element);
    this.element.showModal();
  }

  open(event) {
    this.event = null;
    this.update(event, true);
  }

  /** Take over what is known of the event now. */
  update(event, isNew = false) {
    if (!isNew && event.id !== this.event?.id) return;
    const before = this.event;
    this.event = event;
    const started = new Date(event.started_at);
    this.title.textContent = date(started, { dateStyle: "medium", timeStyle: "medium" });
    if (isNew || before.clip !== event.clip || before.snapshot !== event.snapshot) this.drawMedia();
    this.drawWords();
    this.drawTools(started);
  }

  drawMedia() {
    const { id, clip, snapshot } = this.event;
    const picture = snapshot ? eventPath(id, "/snapshot.jpg?boxes=1") : null;
    if (clip) {
      const attributes = { src: eventPath(id, "/clip.mp4"), poster: picture, controls: true, autoplay: true, playsinline: true, preload: "metadata" };
      const video = h("video", { ...attributes, "aria-label": t("clip") });
      video.muted = true; // else browsers do not begin by themselves
      this.media.replaceChildren(video);
    } else if (picture) {
      this.media.replaceChildren(h("img", { src: picture, alt: t("snapshot-of", { time: this.title.textContent }) }));
    } else {
      this.media.replaceChildren(h("div", { class: "no-picture" }, icon("motion")));
    }
  }

  drawWords() {
    const { event } = this;
    const facts = [
      [t("camera"), nameOf(event.camera)],
      [t("length"), lengthOf(event)],
      [t("cause"), t(`cause-${event.cause}`)],
      [t("score"), number(Math.round(event.score))],
      [t("zone"), event.zones.join(", ")],
      [t("label"), event.labels.map(({ name, confidence }) => `${labelWord(name)} ${number(confidence, { style: "percent" })}`).join(", ")],
    ];
    const list = h("dl", {}, facts.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", { class: "muted" }, name), h("dd", {}, value))));
    const clipSays = event.clip ? null : (event.clip_error ?? (event.ended_at ? t("clip-being-made") : t("clip-later")));
    this.words.replaceChildren(list, clipSays ? h("p", { class: "muted" }, clipSays) : "");
  }

  drawTools(started) {
    const { id, camera, keep, clip, snapshot, ended_at } = this.event;
    const focused = [...this.tools.children].indexOf(document.activeElement);
    const file = (words, leaf, ending) =>
      h("a", { class: "button", href: eventPath(id, leaf), download: fileName(camera, started, ending) }, icon("download"), h("span", { class: "words" }, words));
    this.tools.replaceChildren(
      ...[
        button("left", t("newer"), () => this.step(-1), { quiet: true, disabled: !this.neighbour(id, -1) }),
        button("right", t("older"), () => this.step(1), { quiet: true, disabled: !this.neighbour(id, 1) }),
        clip ? file(t("download-clip"), "/clip.mp4", "mp4") : null,
        snapshot ? file(t("download-picture"), "/snapshot.jpg", "jpg") : null,
        isOwner() ? button("star", t(keep ? "kept" : "keep"), () => this.keep(!keep), { "aria-pressed": String(keep) }) : null,
        isOwner() ? button("trash", t("delete"), () => this.remove(), { disabled: !ended_at }) : null,
      ].filter(Boolean),
    );
    this.tools.children[focused]?.focus();
  }

  async keep(keep) {
    try {
      const event = await patch(eventPath(this.event.id), { keep });
      this.update(event);
      this.onChange(event);
    } catch (error) {
      sayProblem(error);
    }
  }

  async remove() {
    const { id } = this.event;
    if (!(await ask(t("delete-question"), t("delete-detail"), t("delete")))) return;
    const next = this.neighbour(id, 1) ?? this.neighbour(id, -1);
    try {
      await remove(eventPath(id));
    } catch (error) {
      sayProblem(error);
      return;
    }
    this.onDelete(id);
    if (next) this.open(next);
    else this.element.close();
  }

  step(step) {
    const next = this.neighbour(this.event.id, step);
    if (next) this.open(next);
  }

  key(event) {
    if (event.target.matches("video, input")) return; // they have keys of their own
    if (event.key === "ArrowLeft") this.step(-1);
    if (event.key === "ArrowRight") this.step(1);
  }

  close() {
    if (this.element.open) this.element.close();
  }
}
