"""Chromium without a window, opened as somebody who is logged in to Home Assistant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import os
import shutil
from typing import Final

from playwright.async_api import Browser, BrowserContext, async_playwright

from demo.home_assistant import HomeAssistant

from .setting import Setting

_ARGUMENTS: Final = (
    "--no-sandbox",  # which root cannot have, nor a container; only pages of this machine are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_DECADE: Final = 10 * 365 * 86_400
_YEAR_2100: Final = 4_102_444_800_000  # in milliseconds


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run the Chromium that scripts/e2e has found."""
    async with async_playwright() as playwright:
        program = shutil.which(os.environ["E2E_CHROMIUM"])
        browser = await playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def logged_in(browser: Browser, home_assistant: HomeAssistant, setting: Setting) -> AsyncIterator[BrowserContext]:
    """Open a browser of its own with the token that a login would have left in it."""
    url = str(home_assistant.url)
    tokens = {
        "access_token": home_assistant.token,
        "token_type": "Bearer",
        "expires_in": _DECADE,
        "expires": _YEAR_2100,
        "refresh_token": "",
        "hassUrl": url,
        "clientId": f"{url}/",
    }
    context = await browser.new_context(base_url=url, **setting.context())
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    await context.add_init_script(f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(tokens))})")
    yield context
    await context.close()
