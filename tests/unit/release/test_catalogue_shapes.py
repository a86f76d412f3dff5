"""The catalogue keeps the rules of DCAT-AP 3, and breaking any of them is seen."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef
from release_builders import candidate

from busan_safety.gate import get_dataset
from busan_safety.release import dcat
from busan_safety.release.coverage import covered
from busan_safety.release.publication import Publication, PublishedFile, Version
from busan_safety.release.records import Withdrawal
from busan_safety.settings import Settings

SH = Namespace("http://www.w3.org/ns/shacl#")
SHAPES = Graph().parse(Path(__file__).parents[2] / "dcat_ap_shapes.ttl")
# A constraint and the component by which a report names it.
CONSTRAINTS = {
    "minCount": SH.MinCountConstraintComponent,
    "maxCount": SH.MaxCountConstraintComponent,
    "nodeKind": SH.NodeKindConstraintComponent,
    "class": SH.ClassConstraintComponent,
    "datatype": SH.DatatypeConstraintComponent,
    "pattern": SH.PatternConstraintComponent,
    "hasValue": SH.HasValueConstraintComponent,
}


def _publication() -> Publication:
    names = ("living_lab.csv", "living_lab.parquet", "changes.csv", "effect-one.svg")
    path = "living_lab/2024.12.1"
    version = Version(
        *("2024.12.1", Path(path), path, date(2024, 12, 31), 2, True),
        tuple(PublishedFile(name, 7, "ab" * 32) for name in names),
        temporal=(date(2024, 1, 1), date(2024, 12, 31)),
    )
    withdrawn = Withdrawal(
        **{field: "living_lab" for field in Withdrawal.__dataclass_fields__}
        | {"version": "2024.11.1", "path": "living_lab/2024.11.1", "reason": "잘못된 파일"}
        | {"reason_en": "wrong file"}
    )
    return Publication(get_dataset("living_lab"), (version,), (withdrawn,))


CATALOGUE = Graph().parse(
    data=json.dumps(dcat.catalogue([_publication()], Settings())),
    format="json-ld",
    publicID="https://data.example/",
)


def _rules() -> list[tuple[URIRef, BNode, str]]:
    return [
        (shape, rule, name)
        for shape in sorted(SHAPES.subjects(RDF.type, SH.NodeShape))
        for rule in SHAPES.objects(shape, SH.property)
        for name in CONSTRAINTS
        if (rule, SH[name], None) in SHAPES
    ]


def _name(rule: tuple[URIRef, BNode, str]) -> str:
    shape, at, constraint = rule
    path = str(SHAPES.value(at, SH.path)).replace("#", "/").rpartition("/")[2]
    return f"{shape.rpartition(':')[2]}-{path}-{constraint}"


def _violations(graph: Graph, shapes: Graph) -> set[tuple[object, object]]:
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
    return {
        (report.value(one, SH.resultPath), report.value(one, SH.sourceConstraintComponent))
        for one in report.subjects(RDF.type, SH.ValidationResult)
    }


def _alone(shape: URIRef, rule: BNode) -> Graph:
    """Only this rule, with its target: quick, and nothing else can answer for it."""
    only = Graph()
    for triple in SHAPES.triples((shape, None, None)):
        if triple[1] != SH.property:
            only.add(triple)
    only.add((shape, SH.property, rule))
    for triple in SHAPES.triples((rule, None, None)):
        only.add(triple)
    return only


def _broken(shape: URIRef, rule: BNode, constraint: str) -> Graph:
    """The catalogue with one node of the shape's target damaged as the constraint forbids."""
    graph = Graph()
    for triple in CATALOGUE:
        graph.add(triple)
    path = SHAPES.value(rule, SH.path)
    if target := SHAPES.value(shape, SH.targetClass):
        nodes = sorted(graph.subjects(RDF.type, target))
    else:
        nodes = sorted(graph.objects(None, SHAPES.value(shape, SH.targetObjectsOf)))
    node = next((one for one in nodes if (one, path, None) in graph), nodes[0])
    if constraint in ("minCount", "hasValue"):
        graph.remove((node, path, None))
    elif constraint == "maxCount":
        graph.add((node, path, Literal("another")))
        graph.add((node, path, Literal("a third")))
    elif constraint == "class":
        for value in list(graph.objects(node, path)):
            graph.remove((value, RDF.type, None))
    else:
        is_literal = SHAPES.value(rule, SH.nodeKind) == SH.Literal
        graph.remove((node, path, None))
        graph.add((node, path, BNode() if is_literal else Literal("elsewhere")))
    return graph


def test_every_kind_of_rule_is_tried():
    used = set(SHAPES.predicates()) - {RDF.type, SH.path, SH.property}

    assert used == {SH[name] for name in CONSTRAINTS} | {SH.targetClass, SH.targetObjectsOf}


def test_the_catalogue_keeps_every_rule():
    assert _violations(CATALOGUE, SHAPES) == set()


def test_every_property_of_a_rule_is_in_the_catalogue():
    paths = set(SHAPES.objects(None, SH.path))

    assert {path for path in paths if (None, path, None) not in CATALOGUE} == set()


@pytest.mark.parametrize("rule", _rules(), ids=_name)
def test_a_catalogue_that_breaks_a_rule_is_refused(rule):
    shape, at, constraint = rule

    found = _violations(_broken(*rule), _alone(shape, at))

    assert (SHAPES.value(at, SH.path), CONSTRAINTS[constraint]) in found


def test_everything_in_the_catalogue_has_a_class_or_a_rule():
    ruled = set(SHAPES.objects(None, SH.path)) | {RDF.type, RDFS.label, RDFS.comment}
    free = {str(path) for path in CATALOGUE.predicates() if path not in ruled}

    assert free == {"http://www.w3.org/ns/adms#status"}


def test_days_that_rows_speak_of_end_with_the_newest_data():
    assert covered(candidate(), date(2024, 12, 31)) == (date(2024, 12, 31), date(2024, 12, 31))
