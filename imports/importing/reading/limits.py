"""How much a workbook may hold. Sizes are bytes, times are seconds."""

from common.archives import ArchiveLimits

FILE_BYTES = 10 * 1024 * 1024
ROWS_PER_SHEET = 20_000
COLUMNS = 60
CELLS = 400_000
CELL_CHARACTERS = 4_000
TEXT_CHARACTERS = 20_000_000
SHEETS = 40

ARCHIVE = ArchiveLimits(entries=200, unpacked_bytes=64 * 1024 * 1024, ratio=100, ratio_from_bytes=256 * 1024)

CHILD_CPU_SECONDS = 20
CHILD_WALL_SECONDS = 90
CHILD_MEMORY_BYTES = 512 * 1024 * 1024
CHILD_OUTPUT_BYTES = 160 * 1024 * 1024

FINDINGS_KEPT = 2_000
