"""Web pages of the dashboard and of what may stand in front of it: as little HTML as tells them apart."""

from html import escape
from typing import Final

from aiohttp import web

VIEW_FORM: Final = '<form method="post" action="/view-password"><input type="password" name="Password"></form>'


def page(title: str, content: str = "", *, status: int = 200) -> web.Response:
    """Return a web page."""
    text = f"<!DOCTYPE html>\n<html><head><title>{escape(title)}</title></head><body>{content}</body></html>"
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")


def moved(status: int, phrase: str, location: str) -> web.Response:
    """Return a redirect with the body that Go's HTTP library writes."""
    text = f'<a href="{escape(location)}">{phrase}</a>.\n\n'
    response = web.Response(status=status, text=text, content_type="text/html", charset="utf-8")
    response.headers["Location"] = location
    return response
