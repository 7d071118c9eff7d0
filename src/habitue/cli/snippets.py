"""Lines to copy: how to send a first event, filled with the key and the address. Pure."""

from __future__ import annotations

from collections.abc import Mapping

_CURL = """curl {address}/v1/track -H 'Content-Type: application/json' {auth} \\
  -d '{{"userId": "u-1", "event": "Product Viewed", "properties": {{"sku": "T-1"}}}}'"""
_PYTHON = """# pip install segment-analytics-python
import segment.analytics as analytics
analytics.write_key, analytics.host = "{key}", "{address}"
analytics.track("u-1", "Product Viewed", {{"sku": "T-1"}})
analytics.shutdown()"""
_NODE = """// npm install @segment/analytics-node
import {{ Analytics }} from '@segment/analytics-node'
const analytics = new Analytics({{ writeKey: '{key}', host: '{address}' }})
analytics.track({{ userId: 'u-1', event: 'Product Viewed', properties: {{ sku: 'T-1' }} }})
await analytics.closeAndFlush()"""
_BROWSER = """// npm install @segment/analytics-next
import {{ AnalyticsBrowser }} from '@segment/analytics-next'
const analytics = AnalyticsBrowser.load({{ writeKey: '{key}', cdnURL: '{address}' }})
analytics.page()
analytics.track('Product Viewed', {{ sku: 'T-1' }})"""


def address_of(bind: str) -> str:
    """The address that senders use, from where the server listens."""
    return f"http://{bind}"


def snippets(key: str, address: str, *, is_secret: bool) -> Mapping[str, str]:
    """Lines by tool; a secret key has no place in a browser."""
    auth = f"-H 'Authorization: Bearer {key}'" if is_secret else f"-u {key}:"
    found = {
        "curl": _CURL.format(address=address, auth=auth),
        "Python": _PYTHON.format(key=key, address=address),
        "Node": _NODE.format(key=key, address=address),
    }
    return found if is_secret else {**found, "Browser": _BROWSER.format(key=key, address=address)}
