"""Who has access, and its end, for an owner who has lost a phone."""

from aiohttp import web

from pi_agent.errors import NotFoundError
from pi_agent.protocol import ClientInfo, ClientList, to_json

from .parts import PARTS


async def list_clients(request: web.Request) -> web.Response:
    """`GET /api/v1/clients`: as `pi-agent tokens list` prints them."""
    tokens = await request.app[PARTS].access.tokens()
    clients = tuple(
        ClientInfo(
            name=token.name,
            role=token.role,
            created_at=token.created_at,
            used_at=token.used_at,
            expires_at=token.expires_at,
        )
        for token in tokens
    )
    answer = to_json(ClientList(clients=clients))
    return web.json_response(text=answer, headers={"Cache-Control": "no-store"})


async def revoke_client(request: web.Request) -> web.Response:
    """`DELETE /api/v1/clients/{client}`: its token ends, and what it has open with it (204)."""
    name = request.match_info["client"]
    if not await request.app[PARTS].access.revoke_token(name):
        raise NotFoundError(f"no client {name!r} has access")
    return web.Response(status=204)
