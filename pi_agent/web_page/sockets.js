// Websockets that come back: what happens on the agent, and what its motion detection sees.

import { cameraPath, get, socketAddress } from "./api.js";
import { emit, state } from "./store.js";

const REVOKED = 4401;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8000;

/** A websocket that is opened again until `close`; `path()` is asked anew each time. */
class Reconnecting {
  constructor(path, { onMessage, onOpen = () => {}, onLost = () => {} }) {
    Object.assign(this, { path, onMessage, onOpen, onLost, pause: FIRST_PAUSE });
    this.open();
  }

  open() {
    this.socket = new WebSocket(socketAddress(this.path()));
    this.socket.onmessage = ({ data }) => {
      this.pause = FIRST_PAUSE;
      this.onMessage(JSON.parse(data));
    };
    this.socket.onopen = () => this.onOpen();
    this.socket.onclose = ({ code }) => this.lost(code);
  }

  lost(code) {
    this.onLost();
    if (code === REVOKED) {
      emit("logged-out");
      return;
    }
    this.timer = setTimeout(() => this.retry(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  async retry() {
    // A refused websocket does not say why; this does, and ends the session on the page as well.
    const session = await get("/api/v1/session").catch((error) => error);
    if (this.closed || session.status === 401) return;
    this.open();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.socket) {
      this.socket.onclose = null;
      this.socket.close();
    }
  }
}

let revision = null;

/** The event websocket, kept up until its `close`; fills the store and tells of changes. */
export function openFeed() {
  revision = null;
  const path = () => (revision === null ? "/api/v1/ws" : `/api/v1/ws?since=${revision}`);
  return new Reconnecting(path, {
    onMessage: take,
    onLost: () => setConnected(false),
  });
}

function setConnected(connected) {
  if (state.connected === connected) return;
  state.connected = connected;
  emit("connection", connected);
}

const TAKE = {
  hello(message) {
    // What was missed comes after this; a revision that went back is one of another database.
    if (revision === null || message.revision < revision) revision = message.revision;
    state.clockAhead = (Date.parse(message.clock) - Date.now()) / 1000;
    state.cameras = new Map(message.cameras.map((camera) => [camera.id, camera]));
    setConnected(true);
    emit("cameras");
    emit("hello", message);
  },
  event(message) {
    revision = Math.max(revision ?? 0, message.revision);
    emit("event", message);
  },
  motion: (message) => emit("motion", message),
  camera({ camera, type, ...status }) {
    const known = state.cameras.get(camera);
    if (known) known.status = status;
    emit("camera", camera);
  },
  settings({ camera, settings }) {
    const known = state.cameras.get(camera);
    if (known) known.settings = settings;
    emit("settings", camera);
  },
  system(message) {
    state.system = message;
    emit("system");
  },
};

function take(message) {
  TAKE[message.type]?.(message);
}

const KEPT_MILLISECONDS = 5 * 60 * 1000;
const recent = new Map(); // camera: [{time, score, active}], oldest first

/** The scores of the last minutes that this page has seen of a camera. */
export function recentScores(camera) {
  if (!recent.has(camera)) recent.set(camera, []);
  return recent.get(camera);
}

/** Each look of a camera's motion detection, until `close`. */
export function openLooks(camera, onLook) {
  return new Reconnecting(() => cameraPath(camera, "looks"), {
    onMessage(look) {
      const scores = recentScores(camera);
      const time = Date.now();
      scores.push({ time, score: look.score, active: look.active });
      while (scores[0].time < time - KEPT_MILLISECONDS) scores.shift();
      onLook(look);
    },
  });
}
