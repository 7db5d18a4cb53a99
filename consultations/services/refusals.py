"""Why a booking cannot be: each says in a sentence what can be done instead."""

from django.utils.translation import gettext as _

from common import dates


class BookingRefused(Exception):
    """Nothing was written; what was typed stands, and another time can be chosen."""


class Taken(BookingRefused):
    def __init__(self):
        super().__init__(_("This time was booked by somebody else in the meantime. Please choose another time."))


class CompanyBusy(BookingRefused):
    def __init__(self):
        super().__init__(_("The company has another consultation at that time. Please choose another time."))


class InThePast(BookingRefused):
    def __init__(self):
        super().__init__(_("This time is over. Please choose one that is still to come."))


class OutsidePeriod(BookingRefused):
    def __init__(self, first, last):
        super().__init__(
            _("Consultations take place from %(first)s to %(last)s. Please choose a day between these.")
            % {"first": dates.long_date(first), "last": dates.long_date(last)}
        )


class TooSoon(BookingRefused):
    def __init__(self, day):
        super().__init__(
            _("The adviser needs more notice. Please choose a time on %(day)s or later, or ask the secretariat.")
            % {"day": dates.long_date(day)}
        )


class NotOffered(BookingRefused):
    def __init__(self):
        super().__init__(
            _(
                "The adviser does not offer this time any more. Please choose another one, or tell the secretariat when you could."
            )
        )


class DayIsFull(BookingRefused):
    def __init__(self):
        super().__init__(_("The adviser has as many consultations on that day as fit. Please choose another day."))


class InConflict(BookingRefused):
    def __init__(self, adviser):
        super().__init__(
            _("%(adviser)s declared a conflict of interest with this company. Please choose another adviser.")
            % {"adviser": adviser}
        )


class NothingLeft(BookingRefused):
    def __init__(self):
        super().__init__(
            _(
                "All consultations of the company are used or booked. "
                "The secretariat can record an extra one with its reason; please ask there."
            )
        )


class TooLate(BookingRefused):
    """Past the deadline a company can no longer put it off by itself."""

    def __init__(self, deadline):
        super().__init__(
            _(
                "It could be put off until %(deadline)s. Please call the secretariat, "
                "who can still do it together with the adviser."
            )
            % {"deadline": dates.date_and_time(deadline)}
        )


class AlreadyBegun(BookingRefused):
    def __init__(self):
        super().__init__(_("The consultation has begun or is over. What came of it is recorded by the adviser."))


class NotBooked(BookingRefused):
    def __init__(self):
        super().__init__(
            _("This consultation is not booked any more, so that its time cannot be changed. You can book a new one.")
        )
