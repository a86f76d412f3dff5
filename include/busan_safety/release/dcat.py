"""`catalog.jsonld`: DCAT-AP 3, with relative addresses and an inline context."""

from __future__ import annotations

from datetime import date
from typing import Any

from busan_safety.gate import Text
from busan_safety.release import words
from busan_safety.release.known_issues import KnownIssue
from busan_safety.release.publication import Publication, PublishedFile, Version
from busan_safety.release.records import Withdrawal
from busan_safety.settings import Settings
from busan_safety.sources import get_source

_EU = "http://publications.europa.eu/resource/authority"
_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_DISTRIBUTED = (".csv", ".parquet", ".svg")
_SYNTHETIC_KEYWORD = Text(ko="합성 데이터", en="synthetic data")


def catalogue(publications: list[Publication], settings: Settings) -> dict[str, Any]:
    """Return the JSON-LD document of all published datasets."""
    published = [known for known in publications if known.newest]
    title = Text(ko="부산 안전 데이터", en="Busan safety data")
    description = Text(
        ko="부산광역시자치경찰위원회가 공개하는 안전 지표, 시설, 치안리빙랩, 시책 효과 데이터.",
        en="Open data of the autonomous police committee: indicators, facilities, living lab "
        "projects and effects of programmes.",
    )
    return {
        "@context": _CONTEXT,
        "@id": "catalog.jsonld#catalog",
        "@type": "dcat:Catalog",
        "dct:title": _texts(title),
        "dct:description": _texts(_with_warning(description, settings.is_synthetic)),
        "dct:publisher": _publisher(),
        "dct:language": _languages(),
        "dct:license": _licence(),
        "foaf:homepage": {"@id": "index.html", "@type": "foaf:Document"},
        "dcat:dataset": [
            _dataset(known, known.newest) for known in published if known.newest is not None
        ],
    }


def _dataset(publication: Publication, newest: Version) -> dict[str, Any]:
    dataset = publication.dataset
    previous = publication.versions[-2] if len(publication.versions) > 1 else None
    keywords = [
        {"@value": word, "@language": language}
        for language, known in dataset.keywords.items()
        for word in known
    ]
    if newest.is_synthetic:
        keywords += _texts(_SYNTHETIC_KEYWORD)
    return {
        "@id": f"{dataset.id}/{newest.version}/",
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.id,
        "dct:title": _texts(dataset.title),
        "dct:description": _texts(_with_warning(dataset.description, newest.is_synthetic)),
        "rdfs:comment": _texts(dataset.caution),
        "dct:publisher": _publisher(),
        "dct:language": _languages(),
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/{dataset.frequency}"},
        "dcat:theme": {"@id": f"{_EU}/data-theme/JUST"},
        "dcat:keyword": keywords,
        "dct:modified": _day(newest.data_as_of),
        "dct:spatial": {"@type": "dct:Location", "rdfs:label": _texts(_BUSAN)},
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "rdfs:label": _texts(_provenance(dataset.source_ids, newest.is_synthetic)),
        },
        "dcat:version": newest.version,
        **(
            {"dcat:previousVersion": {"@id": f"{dataset.id}/{previous.version}/"}}
            if previous
            else {}
        ),
        "adms:versionNotes": {"@value": f"{newest.path}/changes.csv"},
        **({"dct:available": _day(publication.planned[0])} if publication.planned else {}),
        **(
            {"dct:isReplacedBy": {"@id": f"{publication.successor.id}/"}}
            if publication.successor
            else {}
        ),
        **(
            {"dqv:hasQualityAnnotation": [_issue(one) for one in publication.known_issues]}
            if publication.known_issues
            else {}
        ),
        **(
            {"dcat:hasVersion": [_withdrawn(one) for one in publication.withdrawn]}
            if publication.withdrawn
            else {}
        ),
        "dcat:distribution": [
            _distribution(newest, file)
            for file in newest.files
            if file.name.endswith(_DISTRIBUTED) and file.name != "changes.csv"
        ],
    }


def _issue(one: KnownIssue) -> dict[str, Any]:
    return {
        "@type": "dqv:QualityAnnotation",
        "dct:identifier": one.id,
        "dct:type": one.kind,
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(one.affects.start),
            **({"dcat:endDate": _day(one.affects.end)} if one.affects.end else {}),
        },
        "rdfs:comment": _texts(one.text),
    }


def _day(day: date) -> dict[str, str]:
    return {"@value": day.isoformat(), "@type": "xsd:date"}


def _withdrawn(one: Withdrawal) -> dict[str, Any]:
    return {
        "@id": f"{one.path}/",
        "dcat:version": one.version,
        "adms:status": {"@id": "http://purl.org/adms/status/Withdrawn"},
        "rdfs:comment": _texts(Text(ko=one.reason, en=one.reason_en)),
    }


def _distribution(version: Version, file: PublishedFile) -> dict[str, Any]:
    address = f"{version.path}/{file.name}"
    return {
        "@id": f"{address}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {
            "@id": f"https://www.iana.org/assignments/media-types/{file.media_type}"
        },
        "dcat:byteSize": {"@value": str(file.byte_count), "@type": "xsd:nonNegativeInteger"},
        "dct:license": _licence(),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }


_BUSAN = Text(ko="부산광역시", en="Busan Metropolitan City")


def _provenance(source_ids: list[str], is_synthetic: bool) -> Text:
    sources = [get_source(source_id) for source_id in source_ids]
    text = Text(
        ko="출처: " + "; ".join(f"{known.publisher.ko} {known.title.ko}" for known in sources),
        en="Sources: " + "; ".join(f"{known.publisher.en}, {known.title.en}" for known in sources),
    )
    return _with_warning(text, is_synthetic)


def _publisher() -> dict[str, Any]:
    return {
        "@id": "catalog.jsonld#publisher",
        "@type": "foaf:Agent",
        "foaf:name": _texts(words.PUBLISHER),
    }


def _licence() -> dict[str, Any]:
    return {
        "@id": words.LICENCE_ADDRESS,
        "@type": "dct:LicenseDocument",
        "dct:title": _texts(words.LICENCE_TITLE),
    }


def _languages() -> list[dict[str, str]]:
    return [{"@id": f"{_EU}/language/{code}"} for code in ("KOR", "ENG")]


def _with_warning(text: Text, is_synthetic: bool) -> Text:
    if not is_synthetic:
        return text
    warning = words.SYNTHETIC_WARNING
    return Text(ko=f"{warning.ko} {text.ko}", en=f"{warning.en} {text.en}")


def _texts(text: Text) -> list[dict[str, str]]:
    return [
        {"@value": text.ko, "@language": "ko"},
        {"@value": text.en, "@language": "en"},
    ]
