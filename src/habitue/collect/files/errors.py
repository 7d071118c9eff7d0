"""What can be wrong with a whole file, each with what to do next."""

from __future__ import annotations

from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _


class FileUnreadable(HabitueError):
    """The base of everything that keeps a whole file from being read."""

    code = "file_unreadable"
    message = _("“%(name)s” cannot be read.")
    next_step = _("Save it once more as CSV or XLSX and choose it again.")


class FileEmpty(FileUnreadable):
    """The file holds nothing at all."""

    code = "file_empty"
    message = _("“%(name)s” is empty.")
    next_step = _("Export the file again, and check that it was written to the end.")


class FileOnlyHeadings(FileUnreadable):
    """The file has headings and no row below them."""

    code = "file_only_headings"
    message = _("“%(name)s” has a row of headings and no row below it.")
    next_step = _("Export the file again with its rows, or choose another sheet.")


class FileEncrypted(FileUnreadable):
    """The workbook is protected with a password."""

    code = "file_encrypted"
    message = _("“%(name)s” is protected with a password.")
    next_step = _("Open it in your spreadsheet program, save it without a password and choose it again.")


class FileOldOffice(FileUnreadable):
    """The file is in the Office format of before 2007."""

    code = "file_old_office"
    message = _("“%(name)s” is in the old Office format (.xls or .doc).")
    next_step = _("Open it in your spreadsheet program and save it as XLSX or CSV.")


class FileTruncated(FileUnreadable):
    """The compressed file ends too early."""

    code = "file_truncated"
    message = _("“%(name)s” ends in the middle; a part of the compressed file is missing.")
    next_step = _("Copy or download it again.")
    retry_helps = True


class FileTooBigUnpacked(FileUnreadable):
    """The file grows beyond all measure when it is unpacked."""

    code = "file_too_big_unpacked"
    message = _("“%(name)s” would grow to more than %(limit)s when unpacked.")
    next_step = _("If it is a real list, unpack it yourself and split it into smaller files.")


class FileIsPicture(FileUnreadable):
    """The file is a picture, whatever its name says."""

    code = "file_is_picture"
    message = _("“%(name)s” is a picture (%(kind)s), not a table.")
    next_step = _("Choose the CSV or XLSX file that the picture was made from.")


class FileIsPdf(FileUnreadable):
    """The file is a PDF."""

    code = "file_is_pdf"
    message = _("“%(name)s” is a PDF, not a table.")
    next_step = _("Export the list as CSV or XLSX from the program that printed it.")


class FileIsWebPage(FileUnreadable):
    """The file is a web page, often a login page saved by mistake."""

    code = "file_is_web_page"
    message = _("“%(name)s” is a web page, not a table.")
    next_step = _("Log in to the program it comes from and download the CSV or XLSX export again.")


class FileIsArchive(FileUnreadable):
    """The file is an archive that holds other files."""

    code = "file_is_archive"
    message = _("“%(name)s” is an archive with other files in it.")
    next_step = _("Unpack it and choose the table inside.")


class FileIsDocument(FileUnreadable):
    """The file is a text document and not a table."""

    code = "file_is_document"
    message = _("“%(name)s” is a text document, not a table.")
    next_step = _("Copy the table out of it into a spreadsheet and save that as XLSX.")


class FileNotText(FileUnreadable):
    """The file is neither text nor a format known here."""

    code = "file_not_text"
    message = _("“%(name)s” holds neither text nor a spreadsheet.")
    next_step = _("Choose a CSV, TSV, XLSX, ODS, JSON Lines or Parquet file.")


class FileDamaged(FileUnreadable):
    """The file says what it is and then cannot be read."""

    code = "file_damaged"
    message = _("“%(name)s” is damaged and cannot be read as %(kind)s.")
    next_step = _("Export it again; if it opens in your spreadsheet program, save it there once more.")


class FileTooManyColumns(FileUnreadable):
    """The table is wider than any list of customers."""

    code = "file_too_many_columns"
    message = _("“%(name)s” has %(count)s columns; at most %(limit)s can be read.")
    next_step = _("Delete the columns that you do not need and save the file again.")


class SheetTooBig(FileUnreadable):
    """The spreadsheet needs more memory or time than it may have."""

    code = "sheet_too_big"
    message = _("“%(name)s” is too big to be read as a spreadsheet.")
    next_step = _("Save the sheet as CSV and choose that file; CSV has no limit on its rows.")


class SheetMissing(FileUnreadable):
    """The workbook has no sheet of that name."""

    code = "sheet_missing"
    message = _("“%(name)s” has no sheet called “%(sheet)s”.")
    next_step = _("Choose one of its sheets: %(sheets)s.")


class MappingNotFitting(HabitueError):
    """The mapping was made for a file with other columns."""

    code = "mapping_not_fitting"
    message = _("The columns were set for a file with %(expected)s columns; this one has %(count)s.")
    next_step = _("Look at the columns once more and say what each becomes.")
