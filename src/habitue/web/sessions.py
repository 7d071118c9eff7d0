"""Sessions in the table web_sessions."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from habitue.web.models import Session


class SessionStore(DatabaseStore):
    """Django's sessions, in our table."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session
