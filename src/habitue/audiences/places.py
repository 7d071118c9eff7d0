"""“in Germany” for the countries that are named most, since languages bend the names of countries."""

from __future__ import annotations

from collections.abc import Mapping

from habitue.kernel.text import gettext_noop as _

IN_COUNTRY: Mapping[str, str] = {
    "AT": _("in *Austria*"),
    "BE": _("in *Belgium*"),
    "BY": _("in *Belarus*"),
    "CA": _("in *Canada*"),
    "CH": _("in *Switzerland*"),
    "CZ": _("in *Czechia*"),
    "DE": _("in *Germany*"),
    "DK": _("in *Denmark*"),
    "ES": _("in *Spain*"),
    "FI": _("in *Finland*"),
    "FR": _("in *France*"),
    "GB": _("in the *United Kingdom*"),
    "HU": _("in *Hungary*"),
    "IE": _("in *Ireland*"),
    "IT": _("in *Italy*"),
    "KZ": _("in *Kazakhstan*"),
    "LI": _("in *Liechtenstein*"),
    "LU": _("in *Luxembourg*"),
    "NL": _("in the *Netherlands*"),
    "NO": _("in *Norway*"),
    "PL": _("in *Poland*"),
    "PT": _("in *Portugal*"),
    "RU": _("in *Russia*"),
    "SE": _("in *Sweden*"),
    "SK": _("in *Slovakia*"),
    "TR": _("in *Türkiye*"),
    "UA": _("in *Ukraine*"),
    "US": _("in the *United States*"),
}
IN_OTHER_COUNTRY = _("in the country *%(country)s*")
