"""How much a Word file may hold. Reading stops where one of these is reached, so that none costs more than a moment."""

from common.archives import ArchiveLimits

FILE_BYTES = 10 * 1024 * 1024
ARCHIVE = ArchiveLimits(entries=1_000, unpacked_bytes=96 * 1024 * 1024, ratio=100, ratio_from_bytes=512 * 1024)
# Of a part that is read: the text, and the styles.
PART_BYTES = 8 * 1024 * 1024
ELEMENTS = 150_000
DEPTH = 200
CHARACTERS = 200_000
PARAGRAPHS = 400
STYLES = 5_000
