"""`GET /` and the files below `/page/`: the agent's own page, for everybody; it holds no secret."""

from aiohttp import ETag, hdrs, web

from .page_files import PageFile, page_files

# Nothing from elsewhere, nothing written into the page, and in no other page's frame.
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
_HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
_ASK_ANEW = "no-cache"
_KEEP = "public, max-age=31536000, immutable"


async def page(request: web.Request) -> web.Response:
    """One file of the page."""
    file = page_files()[request.path]
    packs = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
    etag = ETag(value=f"{file.etag}-gzip" if packs else file.etag)
    response = _not_modified(request, etag) or _answer(file, packs=packs)
    response.headers.update(_HEADERS)
    response.headers[hdrs.CACHE_CONTROL] = _KEEP if file.immutable else _ASK_ANEW
    response.etag = etag
    return response


def add_page_routes(router: web.UrlDispatcher) -> None:
    """Serve each file at its own path: no path of a request is ever looked up on the disk."""
    for path in page_files():
        router.add_get(path, page)


def _not_modified(request: web.Request, etag: ETag) -> web.Response | None:
    known = request.if_none_match or ()
    return web.Response(status=304) if etag in known else None


def _answer(file: PageFile, *, packs: bool) -> web.Response:
    headers = {hdrs.CONTENT_TYPE: file.content_type}
    if packs:
        headers[hdrs.CONTENT_ENCODING] = "gzip"
    return web.Response(body=file.packed if packs else file.body, headers=headers)
