"""Articles of the same name are one: a shirt in another size has another number, and is nothing new to who has it."""

from __future__ import annotations

import numpy as np

from habitue.insights.books.book import Lines


def one_a_name(lines: Lines) -> Lines:
    """The lines with one product for each name, small and capital letters alike: the one that was bought most often."""
    told = [_plain(lines.names.get(product, product)) for product in lines.products]
    number: dict[str, int] = {}
    of_product = np.array([number.setdefault(name, len(number)) for name in told] or [0], np.int32)
    if len(number) == len(lines.products):
        return lines
    bought = np.bincount(lines.product, minlength=len(lines.products))
    often = np.argsort(-bought, kind="stable")
    _names, first = np.unique(of_product[often], return_index=True)
    chosen = [lines.products[place] for place in often[first].tolist()]
    categories = {chosen[of_product[place]]: lines.categories[lines.products[place]]
                  for place in often[::-1].tolist() if lines.products[place] in lines.categories}  # fmt: skip
    names = {product: lines.names[product] for product in chosen if product in lines.names}
    return Lines(lines.customer, lines.day, of_product[lines.product], tuple(chosen), names, categories)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
