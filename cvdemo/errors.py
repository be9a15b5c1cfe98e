"""Errors that a visitor reads: each message is one sentence that says what was wrong and what to do."""


class CvdemoError(Exception):
    """Base of every error that a page or the shell shows as its message, without a traceback."""


class PictureError(CvdemoError):
    """A file cannot be shown as a picture."""


class UnknownModelError(CvdemoError):
    """A key that the catalogue does not have."""


class ModelNotAvailableError(CvdemoError):
    """A model is not on this machine and cannot be fetched now."""


class CheckpointError(CvdemoError):
    """A weights file is damaged, unsafe or belongs to another model."""


class DeviceError(CvdemoError):
    """A device was asked for that this machine does not have."""


class ServeError(CvdemoError):
    """A server of models cannot be reached, or does not answer."""


class DataError(CvdemoError):
    """A data set, truth or results file cannot be used as it is."""


class VideoError(CvdemoError):
    """A file cannot be played as a video."""
