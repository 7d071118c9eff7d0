"""The event door: raw ASGI under /v1/, in front of the journal; knows no Django, no Ibis and no data frame."""
