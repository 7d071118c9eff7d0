"""The dictionary of events: what they are called, which of their properties is money, what the properties hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from habitue.kernel.text import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an event: its kind (as of fields, or `decimal`, `instant`, `list`) and its label (msgid)."""

    name: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class EventKind:
    """One event name: its label (msgid), its icon, the property that holds money, and its properties."""

    name: str
    label: str
    icon: str
    money: str | None
    properties: tuple[Property, ...]


_LABELS: tuple[tuple[str, str, str], ...] = (
    ("order_id", "text", _("Order number")),
    ("checkout_id", "text", _("Checkout number")),
    ("cart_id", "text", _("Cart number")),
    ("payment_id", "text", _("Payment number")),
    ("ticket_id", "text", _("Ticket number")),
    ("review_id", "text", _("Review number")),
    ("product_id", "text", _("Product number")),
    ("promotion_id", "text", _("Promotion number")),
    ("total", "money", _("Total")),
    ("subtotal", "money", _("Subtotal")),
    ("revenue", "money", _("Revenue")),
    ("value", "money", _("Value")),
    ("amount", "money", _("Amount")),
    ("price", "money", _("Price")),
    ("shipping", "money", _("Shipping costs")),
    ("tax", "money", _("Tax")),
    ("discount", "money", _("Discount")),
    ("currency", "text", _("Currency")),
    ("coupon", "text", _("Coupon")),
    ("channel", "choice", _("Channel")),
    ("store", "text", _("Store")),
    ("affiliation", "text", _("Sold through")),
    ("products", "list", _("Products")),
    ("sku", "text", _("Article number")),
    ("name", "text", _("Name")),
    ("category", "text", _("Category")),
    ("brand", "text", _("Brand")),
    ("variant", "text", _("Variant")),
    ("quantity", "decimal", _("Quantity")),
    ("position", "integer", _("Position")),
    ("url", "url", _("Web address")),
    ("image_url", "url", _("Picture")),
    ("query", "text", _("Searched for")),
    ("creative", "text", _("Creative")),
    ("review_body", "text", _("Review")),
    ("rating", "integer", _("Rating")),
    ("list_id", "text", _("List number")),
    ("list", "text", _("List")),
    ("state", "choice", _("State")),
    ("step", "integer", _("Step")),
    ("method", "choice", _("Way of payment")),
    ("reason", "text", _("Reason")),
    ("direction", "choice", _("Direction")),
    ("agent", "text", _("Handled by")),
    ("outcome", "text", _("Outcome")),
    ("resolved", "flag", _("Resolved")),
    ("duration_s", "integer", _("Seconds")),
    ("note", "text", _("Note")),
    ("survey", "text", _("Survey")),
    ("question", "text", _("Question")),
    ("score", "integer", _("Score")),
    ("text", "text", _("Text")),
    ("kind", "choice", _("Kind")),
    ("purpose", "choice", _("Purpose")),
    ("form", "text", _("Form")),
    ("double_opt_in_at", "instant", _("Confirmed by e-mail on")),
    ("plan", "text", _("Plan")),
    ("renews_at", "instant", _("Renews on")),
    ("campaign", "text", _("Campaign")),
    ("network", "text", _("Network")),
    ("sentiment", "choice", _("Mood")),
    ("experiment_name", "text", _("Experiment")),
    ("variation_name", "text", _("Variation")),
    ("subject", "text", _("Subject")),
    ("link", "url", _("Link")),
    ("role", "text", _("Role")),
    ("invitee_email", "email", _("Invited e-mail")),
    ("share_via", "text", _("Shared through")),
)
PROPERTIES: Mapping[str, Property] = {name: Property(name, kind, label) for name, kind, label in _LABELS}

_ORDER = (
    "order_id checkout_id affiliation subtotal total revenue shipping tax discount coupon currency channel store "
    "products"
)
_PRODUCT = "product_id sku category name brand variant price quantity coupon position url image_url currency value"
_PROMOTION = "promotion_id creative name position"
_CONTACT = "channel direction reason agent outcome resolved duration_s ticket_id note"
_TICKET = "ticket_id reason agent outcome note"
_SURVEY = "survey question score text kind"
_PAYMENT = "amount currency method order_id payment_id"
_PLAN = "plan renews_at amount currency"
_CONSENT = "purpose channel text form double_opt_in_at"
_EMAIL = "campaign subject link"

# name, label, icon, money, properties
_EVENTS: tuple[tuple[str, str, str, str | None, str], ...] = (
    ("Order Completed", _("Order"), "shopping-bag", "total", _ORDER),
    ("Order Updated", _("Order changed"), "pencil", "total", _ORDER),
    ("Order Cancelled", _("Order cancelled"), "x-circle", "total", _ORDER),
    ("Order Refunded", _("Order refunded"), "undo-2", "total", _ORDER),
    ("Order Shipped", _("Order sent"), "truck", None, "order_id products"),
    ("Order Delivered", _("Order delivered"), "package-check", None, "order_id products"),
    ("Order Returned", _("Order returned"), "package-x", None, "order_id reason products"),
    ("Payment Made", _("Payment"), "credit-card", "amount", _PAYMENT),
    ("Payment Failed", _("Payment failed"), "circle-alert", "amount", _PAYMENT + " reason"),
    ("Payment Refunded", _("Payment returned"), "undo-2", "amount", _PAYMENT),
    ("Contact Logged", _("Contact"), "phone", None, _CONTACT),
    ("List Changed", _("Put on a list or taken off"), "audience", None, "list state list_id"),
    ("Ticket Opened", _("Ticket opened"), "ticket", None, _TICKET),
    ("Ticket Resolved", _("Ticket resolved"), "ticket-check", None, _TICKET),
    ("Ticket Reopened", _("Ticket opened again"), "ticket", None, _TICKET),
    ("Survey Answered", _("Survey answered"), "message-square-text", None, _SURVEY),
    ("Consent Given", _("Consent given"), "shield-check", None, _CONSENT),
    ("Consent Withdrawn", _("Consent withdrawn"), "shield-x", None, _CONSENT),
    ("Subscription Started", _("Subscription started"), "repeat", "amount", _PLAN),
    ("Subscription Renewed", _("Subscription renewed"), "repeat", "amount", _PLAN),
    ("Subscription Changed", _("Subscription changed"), "repeat", "amount", _PLAN),
    ("Subscription Cancelled", _("Subscription cancelled"), "x-circle", "amount", _PLAN + " reason"),
    ("Campaign Sent", _("Campaign sent"), "send", None, "campaign channel"),
    ("Campaign Opened", _("Campaign opened"), "mail-open", None, "campaign channel"),
    ("Campaign Clicked", _("Campaign clicked"), "mouse-pointer-click", None, "campaign channel link"),
    ("Campaign Answered", _("Campaign answered"), "reply", None, "campaign channel text"),
    ("Mention Seen", _("Mentioned us"), "at-sign", None, "network text sentiment url"),
    ("Stock Changed", _("Stock changed"), "boxes", None, "sku quantity"),
    ("Products Searched", _("Searched"), "search", None, "query"),
    ("Page Viewed", _("Looked at a page"), "eye", None, "name category"),
    ("Screen Viewed", _("Looked at a page of the app"), "eye", None, "name category"),
    ("Product List Viewed", _("Looked at a list"), "list", None, "list_id category products"),
    ("Product List Filtered", _("Filtered a list"), "list-filter", None, "list_id category products"),
    ("Promotion Viewed", _("Saw an offer"), "megaphone", None, _PROMOTION),
    ("Promotion Clicked", _("Clicked an offer"), "mouse-pointer-click", None, _PROMOTION),
    ("Product Clicked", _("Clicked a product"), "mouse-pointer-click", "value", _PRODUCT),
    ("Product Viewed", _("Looked at a product"), "eye", "value", _PRODUCT),
    ("Product Added", _("Put into the cart"), "shopping-cart", "value", _PRODUCT + " cart_id"),
    ("Product Removed", _("Taken out of the cart"), "shopping-cart", "value", _PRODUCT + " cart_id"),
    ("Cart Viewed", _("Looked at the cart"), "shopping-cart", None, "cart_id products"),
    ("Checkout Started", _("Started to check out"), "shopping-cart", "value", _ORDER + " value"),
    ("Checkout Step Viewed", _("Saw a step of the checkout"), "footprints", None, "checkout_id step method"),
    ("Checkout Step Completed", _("Took a step of the checkout"), "footprints", None, "checkout_id step method"),
    ("Payment Info Entered", _("Entered how to pay"), "credit-card", None, "checkout_id order_id method"),
    ("Coupon Entered", _("Entered a coupon"), "tag", None, "order_id cart_id coupon"),
    ("Coupon Applied", _("Used a coupon"), "tag", "discount", "order_id cart_id coupon discount"),
    ("Coupon Denied", _("Coupon refused"), "tag", None, "order_id cart_id coupon reason"),
    ("Coupon Removed", _("Took a coupon back"), "tag", "discount", "order_id cart_id coupon discount"),
    ("Product Added to Wishlist", _("Put on the wish list"), "heart", None, _PRODUCT),
    ("Product Removed from Wishlist", _("Taken off the wish list"), "heart-off", None, _PRODUCT),
    ("Wishlist Product Added to Cart", _("From the wish list into the cart"), "heart", None, _PRODUCT + " cart_id"),
    ("Product Shared", _("Shared a product"), "share-2", None, _PRODUCT + " share_via"),
    ("Cart Shared", _("Shared the cart"), "share-2", None, "cart_id products share_via"),
    ("Product Reviewed", _("Reviewed a product"), "star", None, "product_id review_id review_body rating"),
    ("Email Delivered", _("E-mail delivered"), "mail-check", None, _EMAIL),
    ("Email Opened", _("E-mail opened"), "mail-open", None, _EMAIL),
    ("Email Link Clicked", _("Link in an e-mail clicked"), "mouse-pointer-click", None, _EMAIL),
    ("Email Bounced", _("E-mail came back"), "mail-x", None, _EMAIL + " reason"),
    ("Email Marked as Spam", _("E-mail marked as spam"), "mail-warning", None, _EMAIL),
    ("Unsubscribed", _("Unsubscribed"), "mail-minus", None, "campaign purpose channel reason"),
    ("Live Chat Conversation Started", _("Chat started"), "messages-square", None, "agent"),
    ("Live Chat Conversation Ended", _("Chat ended"), "messages-square", None, "agent duration_s"),
    ("Live Chat Message Sent", _("Chat message sent"), "message-square", None, "agent text"),
    ("Live Chat Message Received", _("Chat message received"), "message-square", None, "agent text"),
    ("Application Installed", _("App installed"), "smartphone", None, ""),
    ("Application Opened", _("App opened"), "smartphone", None, ""),
    ("Application Updated", _("App updated"), "smartphone", None, ""),
    ("Application Backgrounded", _("App put aside"), "smartphone", None, ""),
    ("Application Uninstalled", _("App removed"), "smartphone", None, ""),
    ("Account Created", _("Account created"), "building-2", None, "name plan"),
    ("Account Deleted", _("Account deleted"), "building-2", None, "name reason"),
    ("Signed Up", _("Signed up"), "user-plus", None, "method"),
    ("Signed In", _("Signed in"), "log-in", None, "method"),
    ("Signed Out", _("Signed out"), "log-out", None, ""),
    ("Invite Sent", _("Invitation sent"), "send", None, "invitee_email role"),
    ("Account Added User", _("User added to the account"), "user-plus", None, "role"),
    ("Account Removed User", _("User removed from the account"), "user-minus", None, "role"),
    ("Trial Started", _("Trial started"), "hourglass", None, "plan"),
    ("Trial Ended", _("Trial ended"), "hourglass", None, "plan"),
    ("Experiment Viewed", _("Saw an experiment"), "flask-conical", None, "experiment_name variation_name"),
)


def _kinds() -> Iterator[EventKind]:
    for name, label, icon, money, properties in _EVENTS:
        yield EventKind(name, label, icon, money, tuple(PROPERTIES[each] for each in properties.split()))


EVENTS: Mapping[str, EventKind] = {kind.name: kind for kind in _kinds()}
FORMER_NAMES: Mapping[str, str] = {
    "Viewed Product Category": "Product List Viewed",
    "Viewed Product": "Product Viewed",
    "Viewed Promotion": "Promotion Viewed",
    "Clicked Promotion": "Promotion Clicked",
    "Clicked Product": "Product Clicked",
    "Added Product": "Product Added",
    "Removed Product": "Product Removed",
    "Completed Order": "Order Completed",
}


def event_kind(name: str) -> EventKind:
    """The kind of an event by its present or an older name; an unknown name is shown as it is, without money."""
    known = EVENTS.get(FORMER_NAMES.get(name, name))
    return known if known is not None else EventKind(name, name, "activity", None, ())


def property_of(name: str) -> Property:
    """A property by name; an unknown one is text under its own name."""
    return PROPERTIES.get(name) or Property(name, "text", name.replace("_", " ").strip().capitalize() or name)
