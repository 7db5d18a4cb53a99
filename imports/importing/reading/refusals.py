"""The one exception for a file that is not read at all."""


class WorkbookRefused(Exception):
    """The whole file is refused; `code` names the sentence in `messages`, `params` fill it."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params
