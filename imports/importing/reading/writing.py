"""What both written workbooks share: text that stays text, and the look."""

from openpyxl.styles import Alignment, Font, PatternFill

KEY_COLOUR = "FF006173"
WHITE = "FFFFFFFF"
ERROR_FILL = PatternFill("solid", fgColor="FFFDEEEE")
NOTICE_FILL = PatternFill("solid", fgColor="FFFBF5E0")
HEADER_FILL = PatternFill("solid", fgColor=KEY_COLOUR)
OPTIONAL_FILL = PatternFill("solid", fgColor="FFE6E6EB")
HEADER_FONT = Font(bold=True, color=WHITE)
BOLD = Font(bold=True)
TITLE = Font(bold=True, size=14)
WRAPPED = Alignment(vertical="top", wrap_text=True)

# What a spreadsheet may take for the start of a formula when someone edits or exports the cell.
DANGEROUS_STARTS = tuple("=+-@\t\r＝＋－＠")


def set_text(cell, text: str) -> None:
    """Write `text` so that it stays text: never a formula, also after someone has edited the cell in Excel."""
    cell.value = printable(text)
    cell.data_type = "s"
    if text.startswith(DANGEROUS_STARTS):
        cell.quotePrefix = True


def printable(text: str) -> str:
    """Without the characters that XML cannot carry."""
    return "".join(
        character
        for character in text
        if character in "\n\t" or (character >= " " and not "\ud800" <= character <= "\udfff")
    )
