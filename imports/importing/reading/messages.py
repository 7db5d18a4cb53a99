"""Codes into sentences, in the reader's language, at the moment they are read."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .findings import Finding
from .refusals import WorkbookRefused

REFUSALS = {
    "empty_file": _("The file is empty. Choose the Excel workbook (.xlsx) again."),
    "file_too_large": _(
        "The file is larger than %(megabytes)s MB. Remove pictures and unused sheets and save it again."
    ),
    "not_a_workbook": _("This is not an Excel workbook. Choose a file of the type .xlsx."),
    "old_excel": _(
        "This is a workbook of an old Excel (.xls). Open it in Excel, choose “Save as” and the type “Excel Workbook (.xlsx)”."
    ),
    "encrypted": _(
        "The workbook is protected by a password. Save it without a password; the portal keeps it behind your sign-in."
    ),
    "pdf": _("This is a PDF. Choose the Excel workbook (.xlsx) it was made from."),
    "html": _(
        "This is a web page with the name of a workbook. Open it in Excel, choose “Save as” and the type “Excel Workbook (.xlsx)”."
    ),
    "csv": _(
        "This is a text file (CSV). It holds one table only, a programme needs several: put each table on its own sheet of an Excel"
        " workbook (.xlsx)."
    ),
    "open_document": _(
        "This is an OpenDocument file. Open it, choose “Save as” and the type “Excel Workbook (.xlsx)”."
    ),
    "binary_workbook": _(
        "This is a binary workbook (.xlsb). Open it in Excel, choose “Save as” and the type “Excel Workbook (.xlsx)”."
    ),
    "strict_workbook": _(
        "This is a “Strict Open XML” workbook. Open it in Excel, choose “Save as” and the type “Excel Workbook (.xlsx)”."
    ),
    "other_document": _("This is a Word or PowerPoint document. Choose the Excel workbook (.xlsx)."),
    "damaged": _(
        "The workbook is damaged and cannot be read. Open it in Excel, save it again and choose the new file."
    ),
    "macros": _("The workbook contains macros. Save it as “Excel Workbook (.xlsx)”, which has none."),
    "external_links": _(
        "The workbook refers to other workbooks. In Excel choose “Data”, “Edit Links”, “Break Link” and save it again."
    ),
    "embedded_files": _("The workbook contains other files. Remove the embedded objects and save it again."),
    "unsafe_part": _(
        "The workbook contains a part that does not belong there. Copy the sheets into a new workbook and save that."
    ),
    "too_many_parts": _(
        "The workbook consists of more than %(limit)s parts. Copy the sheets into a new workbook and save that."
    ),
    "unpacks_too_large": _(
        "The workbook unpacks to far more than a programme needs (limit %(megabytes)s MB). Copy the sheets into a new workbook and save"
        " that."
    ),
    "too_many_sheets": _("The workbook has more than %(limit)s sheets. Keep only the sheets of the programme."),
    "too_many_rows": _(
        "Sheet “%(sheet)s” has a value in row %(row)s; at most %(limit)s rows are read. Delete what stands below the table, rows and"
        " all, and save it again."
    ),
    "too_many_columns": _(
        "Sheet “%(sheet)s” has a value beyond column %(limit)s in row %(row)s. Delete what stands to the right of the table and save it"
        " again."
    ),
    "too_many_cells": _("The workbook has more than %(limit)s filled cells. Keep only the sheets of the programme."),
    "too_much_text": _("The workbook holds more text than can be read (limit %(limit)s characters)."),
    "takes_too_long": _("Reading the workbook takes too long. Copy the sheets into a new workbook and save that."),
    "needs_too_much_memory": _(
        "Reading the workbook needs too much memory. Copy the sheets into a new workbook and save that."
    ),
}

FINDINGS = {
    # Cells
    "formula": _("The cell holds a formula. Put its value there instead (copy, “Paste special”, “Values”)."),
    "excel_error": _("Excel shows an error in this cell. Put the value there instead."),
    "too_long": _("The text is too long: at most %(longest)s characters."),
    "control_character": _("The text contains a character that cannot be printed. Type it again."),
    "turned_into_date": _("Excel has turned this text into a date. Format the cell as text and type it again."),
    "not_a_code": _("A code consists of letters, digits, hyphens, dots and underscores, without spaces."),
    "not_a_slug": _(
        "This code stands in web addresses: Latin letters, digits, hyphens and underscores, without spaces."
    ),
    "not_kana": _("The reading contains kanji. Write it in katakana or hiragana."),
    "not_an_email": _("This is not an e-mail address. Expected is something like name@company.co.jp."),
    "not_a_url": _("This is not an address of the web. Expected is something like https://www.company.co.jp/policy."),
    "not_an_integer": _("A whole number is expected, such as 120."),
    "out_of_range": _("A number from %(smallest)s to %(largest)s is expected."),
    "shortened_by_excel": _(
        "Excel has shortened this number and lost digits. Format the cell as text and type all 13 digits again."
    ),
    "corporate_number_form": _("A corporate number consists of 13 digits."),
    "corporate_number_length": _("A corporate number has 13 digits; this one has %(digits)s."),
    "corporate_number_twelve": _(
        "A corporate number has 13 digits; these are 12. If they are the company's registration number, the corporate number is"
        " %(suggestion)s."
    ),
    "corporate_number_check": _(
        "The check digit of the corporate number does not fit: at least one digit is wrong. Compare it with the National Tax Agency's site."
    ),
    "unknown_choice": _("This word is not known here. Expected is one of: %(choices)s."),
    "not_a_date": _("This is not a date that can be read. Expected is one of: %(formats)s."),
    "date_with_time": _("A date without a time is expected: %(formats)s."),
    "time_missing": _("The time is missing. Expected is one of: %(formats)s."),
    "no_such_day": _("There is no such day in the calendar."),
    "no_such_time": _("There is no such time of day."),
    "year_out_of_range": _("The year must lie between %(smallest)s and %(largest)s."),
    # Sheets, columns and what is missing
    "sheet_missing": _(
        "The sheet “%(sheet)s” (%(ja)s) is missing. Add it, with its header row even if there is nothing to enter yet."
    ),
    "sheet_empty": _("The sheet is empty. Its first row must hold the headers."),
    "sheet_twice": _("This sheet means the same as “%(other)s”. Keep one of them."),
    "column_missing": _(
        "The column “%(header)s” (%(ja)s) is missing. Add it; its cells may be empty where nothing is known."
    ),
    "column_twice": _("This column means the same as column %(other)s. Keep one of them."),
    "key_missing": _(
        "The line “%(header)s” (%(ja)s) is missing. Add it; the value may be empty where nothing is known."
    ),
    "key_twice": _("This line stands here twice (again in row %(row)s). Keep one of them."),
    "value_missing": _("A value is needed here."),
    "one_of_missing": _("A value is needed here or in the column “%(other)s”."),
    # Rows compared
    "duplicate": _("The same stands in row %(other_row)s already. Keep one of the two rows."),
    "unknown_reference": _("The sheet “%(other_sheet)s” has no row with this value."),
    "unknown_agenda_item": _("Session %(session)s has no item with this number in the sheet “%(other_sheet)s”."),
    "end_before_start": _("The end lies before the start (%(start)s)."),
    "session_too_long": _("From the start (%(start)s) to the end are more than 16 hours. Is the day right?"),
    "withdrawn_but_participating": _("The company has a date of withdrawal but the status “participating”."),
    "joined_after_end": _("The company joined after the programme's end (%(ends)s)."),
    "company_missing": _(
        "Somebody of a company needs the company's code. Only advisers and the secretariat have none."
    ),
    "company_not_expected": _("Advisers and the secretariat belong to no participating company. Leave the cell empty."),
    "attendance_without_company": _(
        "Attendance and feedback are those of the companies' people; this person is entered as “%(role)s”."
    ),
    "mode_missing": _("How did this person take part: onsite (対面) or online (オンライン)?"),
    "mode_impossible": _("Session %(session)s was held as “%(method)s”, so nobody can have taken part in this way."),
    "attended_in_future": _("The session is still to come (%(starts)s); nobody can have attended it."),
    "held_in_future": _("The consultation is still to come; it cannot have been held."),
    "not_an_adviser": _("This person is entered as “%(role)s”, not as an adviser."),
    "overlap_adviser": _("Adviser %(who)s already has a consultation at this time (row %(other_row)s)."),
    "overlap_company": _("Company %(who)s already has a consultation at this time (row %(other_row)s)."),
    "date_of_status_missing": _("A policy with the status “%(status)s” needs this date."),
    "beyond_status": _("The policy's status is “%(status)s”, so this cell must still be empty. Is the status right?"),
    "stages_out_of_order": _("This date lies before “%(before)s” (%(day)s)."),
    "in_the_future": _("This date lies in the future (today is %(today)s)."),
    # Compared with the portal
    "portal_overlap": _(
        "The portal already has a consultation of the adviser or the company at this time (%(who)s, %(starts)s)."
    ),
    "portal_corporate_number": _("The portal already has another company with this corporate number (%(other)s)."),
    "person_moved": _(
        "In the portal this address belongs to the company %(other)s. An import moves nobody to another company: use another address, or"
        " end the membership there first."
    ),
    "parent_removed": _(
        "What this row refers to was removed in the portal. Delete the row, or choose in the list of conflicts that the file wins."
    ),
    "policy_open_elsewhere": _(
        "The company is still working on its policy in another programme. Finish that first, or leave the row out."
    ),
    "programme_not_yours": _("The portal already has a programme with this code, and you are not of its secretariat."),
    # Gaps and notices
    "not_known": _("Not known yet."),
    "policy_not_known": _("The sheet “%(other_sheet)s” has no row for this company."),
    "approved_without_review": _("Approved without a review by an adviser."),
    "outside_programme": _("The date lies outside the programme (%(starts)s to %(ends)s)."),
    "outside_consultations": _("The date lies outside the period of consultations (%(starts)s to %(ends)s)."),
    "beyond_entitlement": _("More consultations than the programme provides for a company (%(entitled)s)."),
    "feedback_without_attendance": _("Feedback on session %(session)s, but no attendance there."),
    "secretariat_left_aside": _(
        "Seats of the secretariat are not made by an import. An existing member of the secretariat can give one."
    ),
    "unknown_sheet": _("The sheet is not known here and was not read."),
    "unknown_column": _("The column is not known here and was not read."),
}


def refusal_text(code: str, params: dict) -> str:
    """The sentence for a file that was not read at all."""
    return str(REFUSALS[code]) % params


def describe_refusal(refusal: WorkbookRefused) -> str:
    return refusal_text(refusal.code, refusal.params)


def describe(finding: Finding) -> str:
    """What is wrong and what is expected, without the place."""
    return str(FINDINGS[finding.code]) % {
        "sheet": finding.sheet,
        "header": finding.header,
        "value": finding.value,
        **finding.params,
    }


def place(finding: Finding) -> str:
    """Where it is, e.g. “Companies, row 7, column E (corporate_number)”."""
    parts = [gettext("Sheet “%(sheet)s”") % {"sheet": finding.sheet}]
    if finding.row:
        parts.append(gettext("row %(row)s") % {"row": finding.row})
    if finding.column:
        parts.append(gettext("column %(column)s (%(header)s)") % {"column": finding.column, "header": finding.header})
    return gettext(", ").join(parts)


def line(finding: Finding) -> str:
    """The whole remark in one line, as the terminal prints it."""
    value = gettext("“%(value)s”: ") % {"value": finding.value} if finding.value else ""
    return gettext("%(place)s: %(value)s%(text)s") % {
        "place": place(finding),
        "value": value,
        "text": describe(finding),
    }


def rest_text(number: int) -> str:
    """For lists that are cut off."""
    return ngettext("and %(number)s more", "and %(number)s more", number) % {"number": number}
