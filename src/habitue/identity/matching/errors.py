"""What can go wrong before a matching run."""

from __future__ import annotations

from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _


class NoTable(HabitueError):
    """Something was given that holds no rows and columns."""

    code = "no_table"
    message = _("A %(kind)s holds no rows and columns.")
    next_step = _("Give a pandas, polars or pyarrow table, a list of dicts, or the path of a file.")


class FileMissing(HabitueError):
    """A path was given where there is no file."""

    code = "file_missing"
    message = _("There is no file “%(file)s”.")
    next_step = _("Check the path; it counts from the folder in which you are.")


class RowsUneven(HabitueError):
    """The lines of a file have differing numbers of cells: read all the same, values would stand in wrong columns."""

    code = "rows_uneven"
    message = _(
        "%(file)s was read with %(delimiter)s between the cells, and %(count)s of %(rows)s lines do not fit %(width)s"
        " columns, line %(line)s first."
    )
    next_step = _(
        "Look at that line: a cell that holds the delimiter has to stand in quotation marks, and each of these has to"
        " be closed. If another sign stands between the cells, name it: --delimiter, or delimiter= in Python."
    )


class OnlyOneColumn(HabitueError):
    """A file was read as a single column, though a sign in each line looks like a delimiter."""

    code = "only_one_column"
    message = _(
        "%(file)s was read with %(delimiter)s between the cells and has one column then, but each line holds"
        " “%(sign)s”."
    )
    next_step = _("Name what stands between the cells: --delimiter, or delimiter= in Python.")


class DelimiterUnknown(HabitueError):
    """Something was named as a delimiter that is not one sign."""

    code = "delimiter_unknown"
    message = _("“%(delimiter)s” cannot stand between cells.")
    next_step = _("Name one sign, such as ; or |, and \\t for a tab.")


class ColumnMissing(HabitueError):
    """A column was named that the table does not have."""

    code = "column_missing"
    message = _("The table has no column “%(column)s”.")
    next_step = _("Check the name; capital and small letters count.")


class EndingUnknown(HabitueError):
    """A result was wanted in a kind of file that we do not write."""

    code = "ending_unknown"
    message = _("%(file)s would be neither CSV nor Parquet.")
    next_step = _("Choose a name that ends in .csv or .parquet.")


class OutIsInput(HabitueError):
    """The result would take the place of the file that is read."""

    code = "out_is_input"
    message = _("%(file)s is the file that is read; the result would take its place.")
    next_step = _("Choose another name for the result.")


class AnswersUnreadable(HabitueError):
    """A file of answers without the columns, row numbers or words that are wanted."""

    code = "answers_unreadable"
    message = _("Line %(line)s of %(file)s is no answer.")
    next_step = _("Write the columns a,b,same: two rows of the table, counted from 0 up to %(last)s, and y or n.")


class EngineUnknown(HabitueError):
    """Something was named that makes no pairs."""

    code = "engine_unknown"
    message = _("“%(engine)s” is no engine.")
    next_step = _("Choose duckdb, spark, or the address of a cluster such as spark://host:7077.")


def check_engine(engine: str) -> None:
    """Refuse an engine that we do not know."""
    if engine not in {"duckdb", "spark"} and not engine.startswith(("spark://", "local[")):
        raise EngineUnknown(engine=engine)
