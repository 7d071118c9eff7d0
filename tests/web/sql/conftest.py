"""The small shop for every test of this folder."""

from tests.small_shop import anna, seen_by, shop, shop_folder

__all__ = ["anna", "seen_by", "shop", "shop_folder"]
