"""Nodes of the catalogue that stand outside it: EU authority tables, ADMS, publisher, licence.

Each carries its class and a label, as DCAT-AP 3 asks, so that the catalogue can be checked without
fetching anything (https://op.europa.eu/en/web/eu-vocabularies, DOMAIN.md D2).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from busan_safety.gate import Text
from busan_safety.release import words

_EU = "http://publications.europa.eu/resource/authority"
_ADMS = "http://purl.org/adms"
_IANA = "https://www.iana.org/assignments/media-types"
_FORMATS = {
    ".csv": ("CSV", Text(ko="쉼표로 나눈 표(UTF-8)", en="Table, comma-separated, UTF-8")),
    ".parquet": ("PARQUET", Text(ko="형식이 있는 열 지향 표", en="Typed table by columns")),
    ".svg": ("SVG", Text(ko="효과의 그림", en="Picture of an effect")),
}
HOME = "index.html"
BUSAN = Text(ko="부산광역시", en="Busan Metropolitan City")


def texts(text: Text) -> list[dict[str, str]]:
    """A literal in each language."""
    return [
        {"@value": text.ko, "@language": "ko"},
        {"@value": text.en, "@language": "en"},
    ]


def day(one: date) -> dict[str, str]:
    """A literal of type xsd:date."""
    return {"@value": one.isoformat(), "@type": "xsd:date"}


def period(start: date, end: date | None) -> dict[str, Any]:
    """A period; without an end it is not over."""
    return {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": day(start),
        **({"dcat:endDate": day(end)} if end else {}),
    }


def publisher() -> dict[str, Any]:
    """The committee: an authority of the metropolitan city."""
    return {
        "@id": "catalog.jsonld#publisher",
        "@type": "foaf:Agent",
        "foaf:name": texts(words.PUBLISHER),
        "dct:type": _concept(
            f"{_ADMS}/publishertype/RegionalAuthority",
            Text(ko="광역자치단체 기관", en="Regional authority"),
        ),
    }


def contact() -> dict[str, Any]:
    """Where readers turn: the portal. Addresses of people are not published."""
    return {
        "@id": "catalog.jsonld#contact",
        "@type": ["vcard:Kind", "vcard:Organization"],
        "vcard:fn": texts(words.PUBLISHER),
        "vcard:hasURL": {"@id": HOME},
    }


def homepage(anchor: str = "") -> dict[str, Any]:
    """The portal, or the card of one dataset on it."""
    return {"@id": f"{HOME}#{anchor}" if anchor else HOME, "@type": "foaf:Document"}


def licence() -> dict[str, Any]:
    """Korea Open Government License type 1, of which attribution is the only condition."""
    return {
        "@id": words.LICENCE_ADDRESS,
        "@type": "dct:LicenseDocument",
        "dct:title": texts(words.LICENCE_TITLE),
        "dct:type": _concept(
            f"{_ADMS}/licencetype/Attribution", Text(ko="출처표시", en="Attribution")
        ),
    }


def access_rights() -> dict[str, Any]:
    """Open to everybody."""
    return {"@id": f"{_EU}/access-right/PUBLIC", "@type": "dct:RightsStatement"}


def languages() -> list[dict[str, str]]:
    """Korean and English."""
    return [
        {"@id": f"{_EU}/language/{code}", "@type": "dct:LinguisticSystem"}
        for code in ("KOR", "ENG")
    ]


def frequency(code: str) -> dict[str, str]:
    """How often the data are renewed, e.g. MONTHLY."""
    return {"@id": f"{_EU}/frequency/{code}", "@type": "dct:Frequency"}


def theme() -> dict[str, Any]:
    """Public safety, in the words of the EU's data themes."""
    label = Text(ko="사법·법률·공공안전", en="Justice, legal system and public safety")
    return _concept(f"{_EU}/data-theme/JUST", label)


def themes() -> dict[str, Any]:
    """The scheme that the theme is taken from."""
    return {
        "@id": f"{_EU}/data-theme",
        "@type": "skos:ConceptScheme",
        "dct:title": texts(Text(ko="EU 데이터 주제", en="EU data themes")),
    }


def city() -> dict[str, Any]:
    """Busan, by its name: no public address of it is known here."""
    return {"@type": "dct:Location", "rdfs:label": texts(BUSAN), "skos:prefLabel": texts(BUSAN)}


def file_kind(name: str, media_type: str) -> dict[str, Any]:
    """Media type, format and description of a file."""
    code, description = _FORMATS[Path(name).suffix]
    return {
        "dct:description": texts(description),
        "dcat:mediaType": {"@id": f"{_IANA}/{media_type}", "@type": "dct:MediaType"},
        "dct:format": {"@id": f"{_EU}/file-type/{code}", "@type": "dct:MediaTypeOrExtent"},
    }


def availability() -> dict[str, Any]:
    """Versions are never changed and stay."""
    return _concept(f"{_EU}/planned-availability/STABLE", Text(ko="계속 제공", en="Stable"))


def checksum(sha256: str) -> dict[str, Any]:
    """SHA-256 of a file."""
    return {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {
            "@id": "spdx:checksumAlgorithm_sha256",
            "@type": "spdx:ChecksumAlgorithm",
        },
        "spdx:checksumValue": {"@value": sha256, "@type": "xsd:hexBinary"},
    }


def _concept(address: str, label: Text) -> dict[str, Any]:
    return {"@id": address, "@type": "skos:Concept", "skos:prefLabel": texts(label)}
