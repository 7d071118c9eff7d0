"""Why a table of orders cannot be used."""

from __future__ import annotations

from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _


class OrderColumnMissing(HabitueError):
    """No column looks like what is needed, or the named one does not exist."""

    code = "order_column_missing"
    message = _("No column of the table could be taken as %(what)s. Its columns: %(columns)s.")
    next_step = _("Name the column with --customer, --date, --amount or --product.")


class NoOrders(HabitueError):
    """Not one row is an order of a customer."""

    code = "no_orders"
    message = _("The table holds no order with a customer and a date (%(rows)s rows were read).")
    next_step = _("Check which columns were taken, or name them with --customer, --date and --amount.")


class OnlyReturns(HabitueError):
    """Every row of a customer with a date gives money back."""

    code = "only_returns"
    message = _("All orders of the table (%(rows)s rows with customer and date) are returns: no amount is positive.")
    next_step = _("Add the orders that were given back, or turn the sign of the amounts round.")
