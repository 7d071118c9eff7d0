"""What is said of rows that were left out of a table of orders: about one, and about many."""

from habitue.kernel.text import ngettext_noop

NO_CUSTOMER = ngettext_noop(
    "%(count)s row names no customer and was left out.", "%(count)s rows name no customer and were left out."
)
NO_DATE = ngettext_noop(
    "%(count)s row has no date that can be read and was left out.",
    "%(count)s rows have no date that can be read and were left out.",
)
STRAY = ngettext_noop(
    "%(count)s row has a date that cannot be right and was left out.",
    "%(count)s rows have a date that cannot be right and were left out.",
)
LATER = ngettext_noop(
    "%(count)s row is later than the day asked for.", "%(count)s rows are later than the day asked for."
)
CANCELLED = ngettext_noop(
    "%(count)s row is a cancelled order and was left out.", "%(count)s rows are cancelled orders and were left out."
)
NO_PRODUCT = ngettext_noop(
    "%(count)s row is postage, a fee or another thing that is no product, and was left out.",
    "%(count)s rows are postage, fees or other things that are no product, and were left out.",
)
FREE = ngettext_noop("%(count)s row costs nothing and was left out.", "%(count)s rows cost nothing and were left out.")
