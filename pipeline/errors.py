"""The error tree.

    PipelineError
    |-- ConfigError        bad settings, unknown keys, unusable options       (exit code 2)
    |-- StageOrder         stages in an order that cannot work                (exit code 2)
    |-- ResourceError      a rule or lexicon file that cannot be used         (exit code 2)
    |-- ModelError         a model that is missing, damaged or unusable       (exit code 2)
    |-- RunError           a run folder that cannot be written or read        (exit code 2)
    |-- InputError         an input that cannot be read at all                (exit code 2)
    `-- DocumentError      one document that cannot be processed              (a row of `errors`)
        |-- DecodeError    bytes that are no text in any known encoding
        |-- EmptyError     no text
        |-- NoArabicError  text without Arabic
        |-- TooLongError   text above the size limit
        |-- FormatError    a record or file that is not what its ending says
        `-- WorkerError    a document that kills or stalls its worker

A message says what is wrong, where, and what to do. Facts are attributes as well as text.
"""


class PipelineError(Exception):
    """Root of all errors that Rasd raises on purpose."""


class ConfigError(PipelineError):
    """Settings that cannot be used."""


class StageOrder(PipelineError):
    """A stage reads what no earlier stage writes."""


class ResourceError(PipelineError):
    """A rule or lexicon file that cannot be used."""


class ModelError(PipelineError):
    """A model that is missing, damaged or unusable."""


class RunError(PipelineError):
    """A run folder that cannot be written or read."""


class InputError(PipelineError):
    """An input that cannot be read at all."""


class DocumentError(PipelineError):
    """One document that cannot be processed.

    uri: where it came from. doc_id: its id if known. stage: the stage at which it failed.
    """

    def __init__(self, message: str, *, uri: str = "", doc_id: str | None = None, stage: str = "read") -> None:
        super().__init__(message)
        self.uri = uri
        self.doc_id = doc_id
        self.stage = stage


class DecodeError(DocumentError):
    """Bytes that are no text in any known encoding."""


class EmptyError(DocumentError):
    """A document without text."""


class NoArabicError(DocumentError):
    """A document without Arabic letters."""


class TooLongError(DocumentError):
    """A document above the size limit."""


class FormatError(DocumentError):
    """A record or file that is not what its ending says."""


class WorkerError(DocumentError):
    """A document that kills or stalls its worker."""
