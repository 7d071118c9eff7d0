"""The grammar of rules as text: one small language over the typed tree, read by a parser without any evaluation."""

from __future__ import annotations

from functools import lru_cache

from lark import Lark
from lark.lexer import PatternRE, TerminalDef

FIELDS = frozenset({"country", "region", "city", "company", "household", "referral"})
"""Words of the language that are fields as well; where each is meant is clear from its place."""

GRAMMAR = r"""
?start: rule
?rule: conjunction | disjunction | item
conjunction: item ("and" item)+
disjunction: item ("or" item)+
?item: "not" negatable -> negated
     | negatable
?negatable: "(" rule ")"
     | "all" "(" [rule_list] ")" -> all_of
     | "any" "(" [rule_list] ")" -> any_of
     | "everybody" -> everybody
     | "nobody" -> nobody
     | condition
rule_list: item ("," item)*

condition: trait | insight | count | money | measure | sequence | consent | may_use | audience | place
     | related | sample

trait: name comparison
insight: "insight" name "." name comparison
count: "did" event [often] [window] [where]
often: "at" "least" number ("times" | "time") -> at_least
     | "at" "most" number ("times" | "time") -> at_most
     | "exactly" number ("times" | "time") -> exactly
money: "money" [path] "of" event AMOUNT_OP number [CURRENCY] [window] [where]
measure: MEASURE "(" path ")" "of" event comparison [window] [where]
sequence: "sequence" "(" step ("," later)* ")" [window]
step: event [where]
later: "then" [within] event [where] [same] -> then
     | "not" [within] event [where] [same] -> then_not
within: "within" number length
length: ("minutes" | "minute") -> minutes
     | ("hours" | "hour") -> hours
     | ("days" | "day") -> days
     | ("weeks" | "week") -> weeks
same: "same" "(" pair ("," pair)* ")"
pair: name ["=" name]
consent: "consent" name ["by" name] [consent_state]
consent_state: "is" (GIVEN | WITHDRAWN | UNKNOWN)
may_use: "may" "use" name
audience: "in" "audience" string -> is_in
     | "was" "in" "audience" string [window] -> was_in
     | "entered" "audience" string [window] -> entered
     | "left" "audience" string [window] -> left_it
place: "near" place_part+
place_part: COUNTRY string -> near_country
     | REGION strings -> near_regions
     | CITY strings -> near_cities
     | "postcode" strings -> near_postcodes
related: QUANTIFIER "of" AROUND "(" rule ")"
sample: "sample" string number "%" "to" number "%"

comparison: ("is" | "=") value -> is_
     | "!=" value -> is_not
     | "is" "not" value -> is_not
     | "is" "known" -> is_known
     | "is" "unknown" -> is_unknown
     | "in" value -> one_of_one
     | "in" "(" value ("," value)* ")" -> one_of
     | "contains" value -> contains
     | "starts" "with" value -> starts_with
     | AMOUNT_OP value -> compared
     | "between" value "and" value -> between
     | "before" value -> before
     | "after" value -> after
     | "within" "last" number ("days" | "day") -> in_last_days
     | "not" "within" "last" number ("days" | "day") -> not_in_last_days
     | "within" "next" number ("days" | "day") -> in_next_days
     | "not" "within" "next" number ("days" | "day") -> not_in_next_days
     | "anniversary" "within" "next" number ("days" | "day") -> anniversary_in_next_days

window: "in" "last" number ("hours" | "hour") -> last_hours
     | "in" "last" number ("days" | "day") -> last_days
     | "in" "last" number ("months" | "month") -> last_months
     | "in" "last" "year" -> last_year
     | "in" "this" unit -> this_period
     | "in" "previous" unit -> last_period
     | "between" number "and" number "days" "ago" -> days_ago
     | "from" DATE ["to" DATE] -> between_days
     | "until" DATE -> until_day
     | "since" "last" event -> since_event
unit: "day" -> day | "week" -> week | "month" -> month | "quarter" -> quarter | "year" -> year
where: "where" "(" test ("and" test)* ")"
test: path comparison
path: name ["." name]

name: NAME | QUOTED_NAME | COUNTRY | REGION | CITY
event: STRING
string: STRING
strings: STRING | "(" STRING ("," STRING)* ")"
number: NUMBER
value: STRING | NUMBER | DATE | TRUE | FALSE

COUNTRY: "country"
REGION: "region"
CITY: "city"
GIVEN: "given"
WITHDRAWN: "withdrawn"
UNKNOWN: "unknown"
TRUE: "true"
FALSE: "false"
QUANTIFIER.3: /(any|all|none)(?=\s+of\b)/
AROUND.3: "company" | "household" | "referral"
MEASURE.3: /(sum|average|min|max|first|last|most_frequent|distinct)(?=\s*\()/
AMOUNT_OP: ">=" | "<=" | ">" | "<"
CURRENCY.2: /[A-Z]{3}\b/
DATE.3: /\d{4}-\d{2}-\d{2}/
NUMBER: /-?\d+(\.\d+)?/
NAME: /[^\W\d]\w*/
QUOTED_NAME: /`[^`\n]+`/
STRING: /"(\\["\\]|[^"\\\n])*"/
%ignore /\s+/
"""


_WORD_END = r"(?!\w)"


@lru_cache(maxsize=1)
def parser() -> Lark:
    """The parser, made once."""
    return Lark(
        GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=True, cache=False,
        edit_terminals=_whole_word,
    )  # fmt: skip


def _whole_word(terminal: TerminalDef) -> TerminalDef:
    """Let a word of the language end where the word ends: `andd` is no `and` with something behind it."""
    if terminal.pattern.type == "str" and terminal.pattern.value.isalpha():
        terminal.pattern = PatternRE(terminal.pattern.value + _WORD_END)
        terminal.priority = max(terminal.priority, 1)
    return terminal


def literal_of(terminal: TerminalDef) -> str:
    """The text that a terminal stands for, empty where it stands for many."""
    value = str(terminal.pattern.value)
    if terminal.pattern.type == "str":
        return value
    return value.removesuffix(_WORD_END) if value.removesuffix(_WORD_END).isalpha() else ""


@lru_cache(maxsize=1)
def words() -> frozenset[str]:
    """The words of the language; a field of such a name is written between backquotes."""
    found = {literal_of(terminal) for terminal in parser().terminals}
    return frozenset(word for word in found if word.isalpha()) - FIELDS
