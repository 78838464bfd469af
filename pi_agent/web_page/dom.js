// Elements made in one expression; text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: properties starting with "on" are listeners, the rest are attributes. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || (value === false && !name.startsWith("aria-"))) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// One path each, drawn in a box of 24 with lines of 2.
const ICONS = {
  live: "M3 7a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2zM16 10l5-3v10l-5-3",
  history: "M12 8v4l3 2M3.5 12a8.5 8.5 0 1 0 2.6-6.1L3.5 8.5M3.5 3.5v5h5",
  motion: "M4 17l4-6 4 3 4-8 4 5M4 21h16",
  settings: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM8 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  snapshot: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z",
  aim: "M12 3v4M12 17v4M3 12h4M17 12h4M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z",
  boxes: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9h6v6H9z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  closed: "M3 3l18 18M10 5.7a9 9 0 0 1 2-.2c6 0 9.5 6.5 9.5 6.5a15 15 0 0 1-2.7 3.5M6.5 7.5A15 15 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.5-1.2",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  star: "M12 3.5l2.7 5.5 6 .9-4.3 4.2 1 6-5.4-2.8L6.6 20l1-6L3.3 9.9l6-.9z",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  close: "M5 5l14 14M19 5L5 19",
  plus: "M12 5v14M5 12h14",
  undo: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  warning: "M12 4L2.5 20h19zM12 10v4.5M12 17.3v.2",
  check: "M4.5 12.5l5 5 10-11",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  out: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  play: "M7 4.5l12 7.5-12 7.5z",
};

/** A decorative icon. */
export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

/** A button with an icon and words; `quiet` shows the words to screen readers and on hover alone. */
export function button(name, label, onclick, { quiet = false, ...attributes } = {}) {
  const words = h("span", { class: quiet ? "hidden-words" : "words" }, label);
  return h("button", { type: "button", title: quiet ? label : null, onclick, ...attributes }, icon(name), words);
}
