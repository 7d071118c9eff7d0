"""Lines to copy: how to send a first event, filled with the key and the address. Pure."""

from __future__ import annotations

from collections.abc import Mapping

_CURL = """curl {address}/v1/track -H 'Content-Type: application/json' {auth} \\
  -d '{{"userId": "u-1", "event": "Product Viewed", "properties": {{"sku": "T-1"}}}}'"""
_PYTHON = """# pip install segment-analytics-python
import segment.analytics as analytics
analytics.write_key, analytics.host = "{key}", "{address}"
analytics.identify("u-1", {{"email": "anna@example.com"}})
analytics.track("u-1", "Product Viewed", {{"sku": "T-1"}})
analytics.shutdown()"""
_NODE = """// npm install @segment/analytics-node
import {{ Analytics }} from '@segment/analytics-node'
const analytics = new Analytics({{ writeKey: '{key}', host: '{address}' }})
analytics.identify({{ userId: 'u-1', traits: {{ email: 'anna@example.com' }} }})
analytics.track({{ userId: 'u-1', event: 'Product Viewed', properties: {{ sku: 'T-1' }} }})
await analytics.closeAndFlush()"""
_BROWSER = """// npm install @segment/analytics-next
import {{ AnalyticsBrowser }} from '@segment/analytics-next'
const analytics = AnalyticsBrowser.load({{ writeKey: '{key}', cdnURL: '{address}' }})
analytics.page()
analytics.track('Product Viewed', {{ sku: 'T-1' }})"""
_BROWSER_FROM_US = """<script src="{address}/sdk/standalone.js"></script>
<script>
  analytics.load('{key}', {{ cdnURL: '{address}' }})
  analytics.page()
  analytics.track('Product Viewed', {{ sku: 'T-1' }})
</script>"""
_PROOF = """# On your server: prove who signed in, and hand the proofs to the page.
import hashlib, hmac
SECRET = "{secret}"  # never in a browser
def proof(value):
    return hmac.new(SECRET.encode(), value.encode(), hashlib.sha256).hexdigest()
proofs = [proof("u-1"), proof("anna@example.com")]

// In the page: the same message with its proofs.
analytics.identify('u-1', {{ email: 'anna@example.com' }}, {{ context: {{ proof: proofs }} }})"""


def address_of(bind: str) -> str:
    """The address that senders use, from where the server listens."""
    return f"http://{bind}"


def snippets(key: str, address: str, *, is_secret: bool, has_sdk_files: bool = False) -> Mapping[str, str]:
    """Lines by tool; a secret key has no place in a browser. With `has_sdk_files` the SDK comes from our own host."""
    auth = f"-H 'Authorization: Bearer {key}'" if is_secret else f"-u {key}:"
    found = {
        "curl": _CURL.format(address=address, auth=auth),
        "Python": _PYTHON.format(key=key, address=address),
        "Node": _NODE.format(key=key, address=address),
    }
    if is_secret:
        return found
    browser = _BROWSER_FROM_US if has_sdk_files else _BROWSER
    return {**found, "Browser": browser.format(key=key, address=address)}


def proof_snippet(secret: str) -> str:
    """Lines with which a server proves a user id and an e-mail, filled with the source's secret for proofs."""
    return _PROOF.format(secret=secret)
