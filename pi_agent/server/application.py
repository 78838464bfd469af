"""The routes of the contract, each with its handler."""

from aiohttp import web
from aiohttp.typedefs import Handler

from pi_agent.protocol import routes

from . import (
    cameras,
    clients,
    events,
    history,
    looks,
    machine,
    metrics,
    mjpeg,
    pairing,
    sessions,
    websocket,
)
from .auth_middleware import auth_middleware
from .change_middleware import change_middleware
from .error_middleware import error_middleware
from .page import add_page_routes
from .parts import PARTS, ServerParts

_MOST_BODY_BYTES = 64 * 1024  # settings with the most zones allowed are far below

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", routes.HEALTH, cameras.health),
    ("GET", routes.METRICS, metrics.metrics),
    ("POST", routes.PAIR, pairing.pair),
    ("POST", routes.PAIRING_CODES, sessions.new_pairing_code),
    ("GET", routes.CLIENTS, clients.list_clients),
    ("DELETE", routes.CLIENT, clients.revoke_client),
    ("POST", routes.LOGIN, sessions.log_in),
    ("POST", routes.LOGOUT, sessions.log_out),
    ("GET", routes.SESSION, sessions.session),
    ("GET", routes.INFO, cameras.info),
    ("GET", routes.STREAM, mjpeg.stream_mjpeg),
    ("GET", routes.SNAPSHOT, cameras.snapshot),
    ("GET", routes.SETTINGS, cameras.get_settings),
    ("PATCH", routes.SETTINGS, cameras.patch_settings),
    ("POST", routes.TRIGGER, cameras.trigger),
    ("POST", routes.PAN, cameras.pan),
    ("POST", routes.ACCEPT_VIEW, cameras.accept_view),
    ("GET", routes.LOOKS, looks.looks_websocket),
    ("GET", routes.SYSTEM, cameras.system),
    ("GET", routes.HISTORY, history.history),
    ("GET", routes.EVENTS, events.list_events),
    ("GET", routes.EVENT, events.get_event),
    ("PATCH", routes.EVENT, events.patch_event),
    ("DELETE", routes.EVENT, events.delete_event),
    ("GET", routes.EVENT_SNAPSHOT, events.event_snapshot),
    ("GET", routes.EVENT_CLIP, events.event_clip),
    ("GET", routes.WEBSOCKET, websocket.event_websocket),
    ("POST", routes.RESTART, machine.restart),
    ("POST", routes.IDENTIFY, machine.identify),
    ("POST", routes.SIREN, machine.siren),
)


def create_application(parts: ServerParts) -> web.Application:
    """The application that serves the contract with these parts."""
    application = web.Application(
        middlewares=[error_middleware, auth_middleware, change_middleware],
        client_max_size=_MOST_BODY_BYTES,
    )
    application[PARTS] = parts
    application.on_shutdown.append(_end_long_answers)
    application.on_response_prepare.append(_forbid_guessing)
    for method, template, handler in ROUTES:
        application.router.add_route(method, template, handler)
    add_page_routes(application.router)
    return application


async def _end_long_answers(application: web.Application) -> None:
    """Let streams and websockets end in order, before the server ends them by force."""
    application[PARTS].guard.end_all()


async def _forbid_guessing(_request: web.Request, response: web.StreamResponse) -> None:
    """No browser is to take an answer for something else than what it says it is."""
    response.headers["X-Content-Type-Options"] = "nosniff"
