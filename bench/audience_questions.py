"""Twelve questions about people, from one trait to three steps, each as a rule and as SQL written by hand.

A rule says more than the SQL that comes to mind first: it asks persons only, leaves cancelled orders out, and takes
refunds from money. So each SQL has places for that, which `bare` leaves empty and `whole` fills.
"""

from __future__ import annotations

ORDERED = "name = 'Order Completed'"
_STANDING = """AND NOT EXISTS (SELECT 1 FROM events AS c WHERE c.name = 'Order Cancelled'
        AND c.source_id = e.source_id AND c.order_id = e.order_id)"""
_MONEY = "name IN ('Order Completed', 'Order Refunded')"
_LESS_REFUNDS = "CASE WHEN name = 'Order Refunded' THEN -amount ELSE amount END"
# A rule, and what somebody would write by hand for it.
QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("one country", 'country is "DE"', "SELECT profile_id FROM people WHERE lower(country) = 'de'"),
    (
        "two traits",
        'country is "DE" and city in ("City 1", "City 2")',
        "SELECT profile_id FROM people WHERE lower(country) = 'de' AND lower(city) IN ('city 1', 'city 2')",
    ),
    (
        "ordered in a year",
        'did "Order Completed" in last 365 days',
        f"""SELECT DISTINCT profile_id FROM events AS e
        WHERE {ORDERED} {{standing}} AND "at" >= {{now}} - INTERVAL 365 DAY AND "at" < {{now}}""",
    ),
    (
        "4 orders in half a year, none in 30 days",
        'did "Order Completed" at least 4 times in last 180 days and not did "Order Completed" in last 30 days',
        f"""SELECT profile_id FROM events AS e WHERE {ORDERED} {{standing}}
        AND "at" >= {{now}} - INTERVAL 180 DAY AND "at" < {{now}}
        GROUP BY 1 HAVING count(*) >= 4 AND count(*) FILTER (WHERE "at" >= {{now}} - INTERVAL 30 DAY) = 0""",
    ),
    (
        "spent 100 in a year",
        'money of "Order Completed" >= 100 EUR in last 365 days',
        """SELECT profile_id FROM events AS e WHERE {money} {standing}
        AND "at" >= {now} - INTERVAL 365 DAY AND "at" < {now}
        AND coalesce(currency, 'EUR') = 'EUR' GROUP BY 1 HAVING sum({net}) >= 100""",
    ),
    (
        "viewed by channel",
        'did "Product Viewed" at least 3 times where (channel is "web")',
        """SELECT profile_id FROM events WHERE name = 'Product Viewed'
        AND lower(json_extract_string(properties, '$.channel')) = 'web' GROUP BY 1 HAVING count(*) >= 3""",
    ),
    (
        "two steps",
        'sequence ("Product Viewed", then within 2 days "Order Completed")',
        """SELECT DISTINCT profile_id FROM (SELECT profile_id, name, "at",
        min(CASE WHEN name = 'Order Completed' THEN "at" END)
        OVER (PARTITION BY profile_id ORDER BY "at", seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next
        FROM events AS e WHERE name IN ('Product Viewed', 'Order Completed') {standing} AND "at" < {now}) AS s
        WHERE name = 'Product Viewed' AND next < "at" + INTERVAL 2 DAY""",
    ),
    (
        "average order of 50 in a year",
        'average(total) of "Order Completed" >= 50 in last 365 days',
        f"""SELECT profile_id FROM events AS e WHERE {ORDERED} {{standing}}
        AND "at" >= {{now}} - INTERVAL 365 DAY AND "at" < {{now}}
        AND coalesce(currency, 'EUR') = 'EUR' GROUP BY 1 HAVING sum(amount) >= 50 * count(amount)""",
    ),
    (
        "favourite channel",
        'most_frequent(channel) of "Product Viewed" is "web"',
        """SELECT profile_id FROM (SELECT profile_id, value, row_number() OVER
        (PARTITION BY profile_id ORDER BY times DESC, value) AS place FROM (SELECT profile_id,
        json_extract_string(properties, '$.channel') AS value, count(*) AS times FROM events
        WHERE name = 'Product Viewed' GROUP BY 1, 2) AS c WHERE value IS NOT NULL) AS r
        WHERE place = 1 AND lower(value) = 'web'""",
    ),
    (
        "last channel",
        'last(channel) of "Product Viewed" is "app"',
        """SELECT profile_id FROM (SELECT profile_id, json_extract_string(properties, '$.channel') AS value,
        row_number() OVER (PARTITION BY profile_id ORDER BY "at" DESC, seq DESC) AS place
        FROM events WHERE name = 'Product Viewed') AS r WHERE place = 1 AND lower(value) = 'app'""",
    ),
    (
        "viewed, not bought within 7 days",
        'sequence ("Product Viewed", not within 7 days "Order Completed") in last 60 days',
        """SELECT DISTINCT profile_id FROM (SELECT profile_id, name, "at",
        min(CASE WHEN name = 'Order Completed' THEN "at" END)
        OVER (PARTITION BY profile_id ORDER BY "at", seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next
        FROM events AS e WHERE name IN ('Product Viewed', 'Order Completed') {standing} AND "at" < {now}) AS s
        WHERE name = 'Product Viewed' AND "at" >= {now} - INTERVAL 60 DAY AND "at" + INTERVAL 7 DAY <= {now}
        AND (next IS NULL OR next >= "at" + INTERVAL 7 DAY)""",
    ),
    (
        "three steps",
        'sequence ("Email Opened", then within 2 days "Product Viewed", then within 7 days "Order Completed")',
        """SELECT DISTINCT profile_id FROM (SELECT profile_id, name, "at",
        min(CASE WHEN fits THEN "at" END)
        OVER (PARTITION BY profile_id ORDER BY "at", seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS viewed
        FROM (SELECT *, name = 'Product Viewed' AND next < "at" + INTERVAL 7 DAY AS fits FROM (
        SELECT profile_id, seq, name, "at", min(CASE WHEN name = 'Order Completed' THEN "at" END)
        OVER (PARTITION BY profile_id ORDER BY "at", seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next
        FROM events AS e WHERE name IN ('Email Opened', 'Product Viewed', 'Order Completed') {standing}
        AND "at" < {now}) AS a) AS b
        ) AS c WHERE name = 'Email Opened' AND viewed < "at" + INTERVAL 2 DAY""",
    ),
)


def bare(sql: str, now: str) -> str:
    """How many people there are, as it comes to mind first."""
    return f"SELECT count(*) FROM ({sql.format(now=now, standing='', money=ORDERED, net='amount')}) AS q"


def whole(sql: str, now: str) -> str:
    """How many people there are, asked as the rule asks."""
    found = sql.format(now=now, standing=_STANDING, money=_MONEY, net=_LESS_REFUNDS)
    return f"SELECT count(*) FROM people WHERE kind = 'person' AND profile_id IN ({found})"
