"""Why the door refused something, in the reader's words; the sender was told the same in English."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from habitue.kernel.text import gettext_noop as _

REFUSED: Mapping[str, str] = {
    "json_invalid": _("The body was no JSON."),
    "batch_missing": _("A batch without its list of messages."),
    "too_many_messages": _("More than 2,500 messages in one batch."),
    "body_too_large": _("A body of more than 500 KB."),
    "gzip_broken": _("A packed body that could not be unpacked."),
    "encoding_unknown": _("A body packed in a way that is not known."),
    "key_unknown": _("A key that is missing, unknown, paused, expired or deleted."),
    "key_not_secret": _("A public key where a secret one is wanted."),
    "key_of_other_source": _("A public and a secret key of different sources."),
    "origin_not_allowed": _("A website that may not use the key."),
    "rate_limited": _("More messages a minute than the key may send; the sender tries again."),
    "register_unreachable": _("The database could not be reached; the sender tries again."),
    "disk_full": _("The disk is nearly full; the sender tries again."),
    "backlog": _("Too much waits to be processed; the sender tries again."),
    "busy": _("Too many requests at once; the sender tries again."),
    "not_durable": _("The disk did not take it; the sender tries again."),
    "too_large": _("A message of more than 32 KB."),
    "invalid": _("A message that is not in the shape that SDKs send."),
    "type_differs": _("A message of another type than its address takes."),
    "message_id_too_long": _("A message number of 100 characters or more."),
    "identity_missing": _("A message without a user id and without an anonymous id."),
    "identifier_too_long": _("An identifier of more than 500 characters."),
    "field_missing": _("A field that this type of message must have is missing."),
    "name_too_long": _("A name of more than 500 characters."),
    "too_many_fields": _("More than 300 traits or properties."),
    "too_deep": _("Nested too deeply, or too many keys."),
    "number_out_of_range": _("A whole number that does not fit into 64 bits."),
    "character_invalid": _("A text with the character NUL."),
    "disconnected": _("The sender went away before everything had arrived."),
}


def refused(code: str) -> str:
    """The reason of a code; a code that has no words is shown as it is."""
    return gettext(REFUSED[code]) if code in REFUSED else code
