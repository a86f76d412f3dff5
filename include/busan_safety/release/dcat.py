"""`catalog.jsonld`: DCAT-AP 3, with relative addresses and an inline context."""

from __future__ import annotations

from typing import Any

from busan_safety.gate import Dataset, Text
from busan_safety.release import vocabulary, words
from busan_safety.release.known_issues import KnownIssue
from busan_safety.release.publication import Publication, PublishedFile, Version
from busan_safety.release.records import Withdrawal
from busan_safety.release.vocabulary import texts
from busan_safety.settings import Settings
from busan_safety.sources import get_source

_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_DISTRIBUTED = (".csv", ".parquet", ".svg")
_SYNTHETIC_KEYWORD = Text(ko="합성 데이터", en="synthetic data")


def catalogue(publications: list[Publication], settings: Settings) -> dict[str, Any]:
    """Return the JSON-LD document of all published datasets."""
    published = [(known, known.newest) for known in publications if known.newest]
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
        "dct:title": texts(title),
        "dct:description": texts(_with_warning(description, settings.is_synthetic)),
        "dct:publisher": vocabulary.publisher(),
        "dct:language": vocabulary.languages(),
        "dct:license": vocabulary.licence(),
        "dct:spatial": vocabulary.city(),
        **(
            {"dct:modified": vocabulary.day(max(newest.data_as_of for _, newest in published))}
            if published
            else {}
        ),
        "dcat:themeTaxonomy": vocabulary.themes(),
        "foaf:homepage": vocabulary.homepage(),
        "dcat:dataset": [_dataset(known, newest) for known, newest in published],
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
        keywords += texts(_SYNTHETIC_KEYWORD)
    return {
        "@id": f"{dataset.id}/{newest.version}/",
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.id,
        "dct:title": texts(dataset.title),
        "dct:description": texts(_with_warning(dataset.description, newest.is_synthetic)),
        "rdfs:comment": texts(dataset.caution),
        "dct:publisher": vocabulary.publisher(),
        "dcat:contactPoint": vocabulary.contact(),
        "dcat:landingPage": vocabulary.homepage(dataset.id),
        "dct:language": vocabulary.languages(),
        "dct:accessRights": vocabulary.access_rights(),
        "dct:accrualPeriodicity": vocabulary.frequency(dataset.frequency),
        "dcat:theme": vocabulary.theme(),
        "dcat:keyword": keywords,
        "dct:modified": vocabulary.day(newest.data_as_of),
        "dct:spatial": vocabulary.city(),
        **({"dct:temporal": vocabulary.period(*newest.temporal)} if newest.temporal else {}),
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "rdfs:label": texts(_provenance(dataset.source_ids, newest.is_synthetic)),
        },
        "dcat:version": newest.version,
        **(
            {"dcat:previousVersion": {"@id": f"{dataset.id}/{previous.version}/"}}
            if previous
            else {}
        ),
        "adms:versionNotes": {"@value": f"{newest.path}/changes.csv"},
        **(
            {"dct:available": vocabulary.day(publication.planned[0])} if publication.planned else {}
        ),
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
            {"dcat:hasVersion": [_withdrawn(dataset, one) for one in publication.withdrawn]}
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
        "dct:temporal": vocabulary.period(one.affects.start, one.affects.end),
        "rdfs:comment": texts(one.text),
    }


def _withdrawn(dataset: Dataset, one: Withdrawal) -> dict[str, Any]:
    reason = Text(ko=one.reason, en=one.reason_en)
    return {
        "@id": f"{one.path}/",
        "@type": "dcat:Dataset",
        "dct:title": texts(dataset.title),
        "dct:description": texts(reason),
        "dcat:version": one.version,
        "adms:status": {"@id": "http://purl.org/adms/status/Withdrawn"},
        "rdfs:comment": texts(reason),
    }


def _distribution(version: Version, file: PublishedFile) -> dict[str, Any]:
    address = f"{version.path}/{file.name}"
    return {
        "@id": f"{address}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        **vocabulary.file_kind(file.name, file.media_type),
        "dcat:byteSize": {"@value": str(file.byte_count), "@type": "xsd:nonNegativeInteger"},
        "dct:license": vocabulary.licence(),
        "dct:modified": vocabulary.day(version.data_as_of),
        "dcatap:availability": vocabulary.availability(),
        "spdx:checksum": vocabulary.checksum(file.sha256),
    }


def _provenance(source_ids: list[str], is_synthetic: bool) -> Text:
    sources = [get_source(source_id) for source_id in source_ids]
    text = Text(
        ko="출처: " + "; ".join(f"{known.publisher.ko} {known.title.ko}" for known in sources),
        en="Sources: " + "; ".join(f"{known.publisher.en}, {known.title.en}" for known in sources),
    )
    return _with_warning(text, is_synthetic)


def _with_warning(text: Text, is_synthetic: bool) -> Text:
    if not is_synthetic:
        return text
    warning = words.SYNTHETIC_WARNING
    return Text(ko=f"{warning.ko} {text.ko}", en=f"{warning.en} {text.en}")
