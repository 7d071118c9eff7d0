"""The load of the projection part: what a shop's visitors send, as frames of 100 messages like the door writes them.

People come one after another, each with about twenty messages: first as a visitor without a name, then with a user
id, name and e-mail, then known. Half of the messages are of people who came lately, the other half of anybody who
ever came, so that the register cannot live on what it saw last. Messages are about 600 bytes and their ids unique.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

BATCH = 100
PER_PERSON = 20
LATELY = 2_000
BEGIN = datetime(2026, 5, 1)
_FIRST = (
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Eva",
    "Finn",
    "Greta",
    "Hugo",
    "Ida",
    "Jonas",
    "Klara",
    "Leo",
    "Mia",
    "Nils",
)
_LAST = ("Berg", "Fischer", "Hoffmann", "Keller", "Lang", "Meyer", "Neumann", "Otto", "Peters", "Richter", "Schulz")
_GOODS = ("Assam", "Darjeeling", "Sencha", "Rooibos", "Earl Grey", "Oolong", "Lapsang", "Matcha")
_CONTEXT = (
    '"context":{"library":{"name":"analytics.js","version":"4.1.0"},"locale":"de-DE","page":{"path":"/tea/%(tea)s",'
    '"title":"%(tea)s - Tea","url":"https://shop.example/tea/%(tea)s","referrer":"https://search.example/"},'
    '"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0"},"integrations":{},'
)
_HEAD = (
    '"messageId":"ajs-next-%(id)032x","anonymousId":"0b8f7e2c-91d4-4f5a-8a67-%(person)012x",%(user)s'
    '"timestamp":"%(at)s",'
)
_VIEW = (
    '{"type":"track","event":"Product Viewed",'
    + _HEAD
    + _CONTEXT
    + ('"properties":{"sku":"T-%(good)d","name":"%(tea)s","category":"Tea","price":%(price)d.5,"currency":"EUR"}}')
)
_PAGE = (
    '{"type":"page","name":"Tea",'
    + _HEAD
    + _CONTEXT
    + ('"properties":{"path":"/tea/%(tea)s","title":"%(tea)s - Tea","url":"https://shop.example/tea/%(tea)s"}}')
)
_ORDER = (
    '{"type":"track","event":"Order Completed",'
    + _HEAD
    + _CONTEXT
    + (
        '"properties":{"order_id":"O-%(id)x","total":%(price)d.9,"currency":"EUR",'
        '"products":[{"product_id":"T-%(good)d","name":"%(tea)s","price":%(price)d.5,"quantity":1}]}}'
    )
)
_IDENTIFY = (
    '{"type":"identify",'
    + _HEAD
    + _CONTEXT
    + (
        '"traits":{"email":"%(first)s.%(last)s.%(person)d@mail.example","firstName":"%(first)s","lastName":"%(last)s",'
        '"plan":"%(tea)s"}}'
    )
)


class Load:
    """Makes frames; `count` says of how many messages so far, `people` of how many people."""

    def __init__(self, source_id: str, seed: int = 7) -> None:
        self._head = f'{{"source_id":"{source_id}","proof":"proven","sent_at":null,"batch":['
        self._chance = random.Random(seed)
        self._sent = bytearray()
        self.count = 0

    @property
    def people(self) -> int:
        """How many people came so far."""
        return len(self._sent)

    def frames(self, messages: int) -> Iterator[bytes]:
        """That many messages, a hundred a frame."""
        for _ in range(messages // BATCH):
            yield (self._head + ",".join(self._one() for _ in range(BATCH)) + "]}").encode()

    def _one(self) -> str:
        self.count += 1
        random_ = self._chance.random
        if self.count % PER_PERSON == 1:
            self._sent.append(0)
            person = len(self._sent) - 1
        else:
            first = max(0, len(self._sent) - LATELY) if random_() < 0.5 else 0
            person = first + int(random_() * (len(self._sent) - first))
        visits = self._sent[person] = min(self._sent[person] + 1, 200)
        draw = random_()
        if visits == 4:
            shape = _IDENTIFY
        else:
            shape = _VIEW if draw < 0.65 else _PAGE if draw < 0.93 else _ORDER if draw < 0.98 else _IDENTIFY
        if visits < 4 and shape is not _VIEW:
            shape = _PAGE
        second = self.count // 60
        return shape % {
            "id": self.count * 0x9E3779B97F4A7C15 % 2**64 << 64 | self.count,
            "person": person,
            "user": f'"userId":"user-{person}",' if visits >= 4 else "",
            "at": f"{BEGIN + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}.123Z",
            "tea": _GOODS[person % 8],
            "good": 1000 + person % 97,
            "price": 5 + person % 40,
            "first": _FIRST[person % 14],
            "last": _LAST[person % 11],
        }
