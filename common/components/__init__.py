"""What views hand to the component tags: prepared rows, tasks, steps, figures. See docs/components.md."""

from .addresses import with_query
from .shapes import Chip, Event, Figure, Step, Task, Term
from .statuses import STATUSES, Status, badge
from .tables import Cell, Column, Row, Table, link

__all__ = [
    "STATUSES",
    "Cell",
    "Chip",
    "Column",
    "Event",
    "Figure",
    "Row",
    "Status",
    "Step",
    "Table",
    "Task",
    "Term",
    "badge",
    "link",
    "with_query",
]
