"""Why a table of orders cannot be used."""

from __future__ import annotations

from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _


class OrderColumnMissing(HabitueError):
    """No column looks like what is needed, or the named one does not exist."""

    code = "order_column_missing"
    message = _("No column of the table could be taken as %(what)s. Its columns: %(columns)s.")
    next_step = _("Name the column with --customer, --date or --amount.")


class NoOrders(HabitueError):
    """Not one row is an order of a customer."""

    code = "no_orders"
    message = _("The table holds no order with a customer and a date (%(rows)s rows were read).")
    next_step = _("Check which columns were taken, or name them with --customer, --date and --amount.")
