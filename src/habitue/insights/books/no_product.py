"""Lines of an order that are no product: postage, fees, discounts, what was entered by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

_CODE = re.compile(r"\d{2}")
_NO_PRODUCT = re.compile(
    r"^(post|postage|dot|dotcom postage|m|d|s|b|c2|cruk|pads|bank charges|amazonfee|manual|shipping|carriage"
    r"|versand|porto|fee|discount|rabatt|gift_\d.*|доставка|скидка)$",
    re.I,
)
_SAME = 0.9


def is_no_product(different: Collection[str]) -> Callable[[str], bool]:
    """A test for codes that are no product: known ones, and words among codes that nearly all have digits."""
    share = sum(1 for text in different if _CODE.search(text)) / max(len(different), 1)
    if share < _SAME:
        return lambda text: bool(_NO_PRODUCT.match(text))
    return lambda text: bool(text) and (_NO_PRODUCT.match(text) is not None or not _CODE.search(text))
