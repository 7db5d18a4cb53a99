"""How English pages write dates and times."""

DATE_FORMAT = "D j F Y"
DATETIME_FORMAT = "D j F Y, H:i"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "j M"
SHORT_DATETIME_FORMAT = "j M, H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
