from publisher.testing import NOTE, PICTURE, URL, WITH_PICTURE, OwnNotesSuite, PicturesSuite

__all__ = ["NOTE", "PICTURE", "URL", "WITH_PICTURE", "OwnNotesSuite", "PicturesSuite"]
