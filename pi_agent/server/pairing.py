"""`POST /api/v1/pair`: a pairing code for a token."""

import asyncio

from aiohttp import web

from pi_agent.protocol import PairAnswer, PairingCode, PairRequest, to_json
from pi_agent.storage import TokenLife

from .auth_middleware import UnauthorizedError
from .parts import PARTS
from .request_values import body_of

_WRONG_CODE_SECONDS = 0.5  # what each guess costs, beside the lock-out


async def pair(request: web.Request) -> web.Response:
    """Exchange a code that was not used before for this client's token."""
    parts = request.app[PARTS]
    wish = await body_of(request, PairRequest)
    token = await redeemed(request, wish.code, wish.client)
    answer = PairAnswer(token=token, agent_id=parts.identity.agent_id)
    return web.json_response(text=to_json(answer), headers={"Cache-Control": "no-store"})


async def redeemed(
    request: web.Request, text: str, client: str, *, life: TokenLife | None = None
) -> str:
    """The token for a pairing code; UnauthorizedError, after a while, for one that is not good."""
    code = PairingCode.parse(text)
    token = await request.app[PARTS].access.redeem(code.secret, client, life=life)
    if token is None:
        await asyncio.sleep(_WRONG_CODE_SECONDS)
        raise UnauthorizedError(
            "the pairing code is wrong, used or expired; print a new one with `pi-agent pair`"
        )
    return token
