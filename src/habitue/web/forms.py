"""How forms are drawn: every field with its label, help and errors, readable aloud."""

from __future__ import annotations

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext

from habitue.kernel.errors import HabitueError


class Renderer(TemplatesSetting):
    """Draws forms and fields with our partials."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"


def add_told(form: forms.Form, error: HabitueError, field: str | None = None) -> None:
    """Show a library error beside `field`, or above the form; its `problem` alone when it names one."""
    from habitue.web.errors import told

    shown = told(error)
    problem = error.params.get("problem")
    form.add_error(field, gettext(str(problem)) if problem else f"{shown.message} {shown.next_step}".strip())
