"""Reading XML files of annotations: in any encoding that Python knows, without document types."""

from __future__ import annotations

import codecs
import re
from xml.etree import ElementTree

from cvdemo.errors import DataError


def parse_xml(data: bytes) -> ElementTree.Element:
    """The root of an XML file; DataError with the reason for what cannot be read."""
    try:
        text = _declared_text(data)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:  # annotations have none; entities expand without limit
            raise DataError("XML with a document type is not read")
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise DataError(f"cannot be read as XML ({error})") from error


def _declared_text(data: bytes) -> str:
    """XML decoded as its first line says, without that line; the parser itself knows a few encodings only."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16")
    else:
        head = data.removeprefix(codecs.BOM_UTF8)
        declared = re.match(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""", head)
        text = data.decode(declared[1].decode() if declared else "utf-8-sig").removeprefix("\ufeff")
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
