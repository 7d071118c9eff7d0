"""Somebody who signs in on the pages while something else is broken."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def signs_in(url: str, email: str, password: str) -> bool:
    """Whether the start page is shown after the form was sent."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    try:
        with browser.open(f"{url}/sign-in/", timeout=30) as page:
            token = _TOKEN.search(page.read().decode())
        if token is None:
            return False
        form = {"csrfmiddlewaretoken": token[1], "email": email, "password": password}
        with browser.open(f"{url}/sign-in/", urllib.parse.urlencode(form).encode(), timeout=30) as page:
            return page.status == 200 and "/sign-in" not in page.url
    except urllib.error.HTTPError as refused:
        refused.close()
        return False
    except OSError:
        return False


def is_read(url: str) -> bool:
    """Whether a page is shown to somebody who has not signed in."""
    try:
        with urllib.request.urlopen(f"{url}/sign-in/", timeout=30) as page:
            return bool(page.status == 200)
    except OSError:
        return False
