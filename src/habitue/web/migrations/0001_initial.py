"""Users, sessions, failed sign-ins, the code of the first set-up."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models

import habitue.web.models


class Migration(migrations.Migration):
    """The first tables."""

    initial = True
    dependencies: ClassVar[list[Any]] = []
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "user_id",
                    models.CharField(
                        default=habitue.web.models.new_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="E-mail")),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                ("roles", models.JSONField(default=list)),
                ("language", models.CharField(blank=True, default="", max_length=8)),
                (
                    "theme",
                    models.CharField(
                        choices=[("system", "As the system"), ("light", "Light"), ("dark", "Dark")],
                        default="system",
                        max_length=8,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "web_users",
            },
        ),
        migrations.CreateModel(
            name="LoginAttempt",
            fields=[
                ("attempt_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("account", models.CharField(db_index=True, max_length=64)),
                ("address", models.CharField(db_index=True, max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "web_login_attempts",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
            ],
            options={
                "db_table": "web_sessions",
            },
        ),
        migrations.CreateModel(
            name="SetupCode",
            fields=[
                ("code_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("issued_at", models.DateTimeField()),
            ],
            options={
                "db_table": "web_setup_codes",
            },
        ),
    ]
