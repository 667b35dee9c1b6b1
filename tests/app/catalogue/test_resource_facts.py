"""The chemistry of resources, worked out again from atomic masses."""

import ast
import re
from collections import defaultdict
from fractions import Fraction

import pytest

# Abridged standard atomic weights (IUPAC). RE stands for any rare earth, compared with itself.
MASS = {
    "H": "1.008", "Li": "6.94", "C": "12.011", "N": "14.007", "O": "15.999", "F": "18.998",
    "Na": "22.990", "Mg": "24.305", "Al": "26.982", "Si": "28.085", "P": "30.974", "S": "32.06",
    "Cl": "35.45", "K": "39.098", "Ca": "40.078", "Ti": "47.867", "V": "50.942", "Cr": "51.996",
    "Mn": "54.938", "Fe": "55.845", "Co": "58.933", "Ni": "58.693", "Cu": "63.546", "Zn": "65.38",
    "Mo": "95.95", "Sn": "118.71", "W": "183.84", "Pb": "207.2", "RE": "140.0",
}  # fmt: skip
# The atom whose amount stays the same when one substance is expressed as another.
CARRIER = {
    "gypsum": "S", "lime": "Ca", "fluorite": "F", "alumina": "Al", "tio2": "Ti", "p2o5": "P",
    "sulphuric_acid": "S", "rare_earths": "RE",
}  # fmt: skip
# Mixtures without a formula of their own: the factor is a judgement and its resource says so.
APPROXIMATE = {
    ("fe", "feox_total"): 738_400,
    ("fe", "steel"): 970_000,
    ("pb", "lead_paste"): 720_000,
    ("pb", "lead_grid"): 950_000,
    ("energy", "ncv"): 34_121,
}
ONE = 1_000_000


def atoms(formula):
    """Count the atoms of a formula such as Fe2O3, Mg(OH)2 or CaSO4·0.5H2O."""
    total = defaultdict(Fraction)
    for piece in formula.split("·"):
        lead = re.match(r"[\d.]+", piece)
        factor = Fraction(lead.group()) if lead else Fraction(1)
        body = piece[lead.end() :] if lead else piece
        while group := re.search(r"\(([^()]*)\)(\d*)", body):
            repeated = group.group(1) * int(group.group(2) or 1)
            body = body[: group.start()] + repeated + body[group.end() :]
        for symbol, count in re.findall(r"(RE|[A-Z][a-z]?)([\d.]*)", body):
            total[symbol] += factor * Fraction(count or 1)
    return total


def molar_mass(formula):
    return sum(Fraction(MASS[symbol]) * count for symbol, count in atoms(formula).items())


def worked_out(text):
    """Compute an expression of numbers, brackets, × and ÷."""
    expression = re.sub(r"M\((\w+)\)", lambda m: str(float(molar_mass(m.group(1)))), text)
    tree = ast.parse(expression.replace(" x ", "*"), mode="eval")
    return _value(tree.body)


def _value(node):
    if isinstance(node, ast.Constant):
        return float(node.value)
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left), _value(node.right)
    return left * right if isinstance(node.op, ast.Mult) else left / right


def test_a_formula_with_brackets_and_crystal_water_is_counted():
    assert atoms("CaSO4·2H2O") == {"Ca": 1, "S": 1, "O": 6, "H": 4}
    assert atoms("Mg(OH)2") == {"Mg": 1, "O": 2, "H": 2}
    assert molar_mass("CaSO4·0.5H2O") == Fraction("145.1415")


def test_every_content_factor_follows_from_atomic_masses(facts):
    parameters = {fact.code: fact for fact in facts.parameters}
    resources = {fact.code: fact for fact in facts.resources}
    approximate = {}
    compared = 0
    for content in facts.resource_contents:
        resource = resources[content.resource]
        factor = content.factor_millionths
        if content.quantity != "parameter":
            assert (content.parameter, factor) == (None, ONE)
            continue
        parameter = parameters[content.parameter]
        assert parameter.unit in {"wt%", "MJ/kg"}
        if (resource.code, parameter.code) in APPROXIMATE:
            approximate[resource.code, parameter.code] = factor
            continue
        theirs = parameter.symbol.split(" ")[0]
        if not resource.symbol or theirs in {"", resource.symbol}:
            assert factor == ONE
            continue
        mine = resource.symbol
        carrier = CARRIER.get(resource.code, mine)
        exact = atoms(theirs)[carrier] * molar_mass(mine) / atoms(mine)[carrier]
        assert abs(Fraction(factor, ONE) - exact / molar_mass(theirs)) < Fraction(1, 10_000)
        compared += 1
    assert approximate == APPROXIMATE
    assert compared == 14


def test_the_approximate_factors_are_the_means_they_claim_to_be(facts):
    notes = {fact.code: fact.note for fact in facts.resources}
    in_feo = Fraction(MASS["Fe"]) / molar_mass("FeO")
    in_fe2o3 = 2 * Fraction(MASS["Fe"]) / molar_mass("Fe2O3")
    assert abs((in_feo + in_fe2o3) / 2 - Fraction(738_400, ONE)) < Fraction(1, 10_000)
    assert abs(1 / Fraction("29.3076") - Fraction(34_121, ONE)) < Fraction(1, ONE)
    assert "mean" in notes["fe"]
    assert "judgement" in notes["pb"]
    assert "1/29.3076" in notes["energy"]


def test_a_derived_replacement_is_the_arithmetic_it_shows(facts):
    computed = 0
    for fact in facts.resources:
        assert fact.replacement_millionths > 0
        shown = re.fullmatch(r"(M\(\w+\)|[\d.]+)/(M\(\w+\)|[\d. x()]+)", fact.replacement_basis)
        assert shown or fact.replacement_status != "derived", fact.code
        if shown:
            exact = worked_out(fact.replacement_basis)
            assert abs(exact - fact.replacement_millionths / ONE) < 0.001, fact.code
            computed += 1
    assert computed == 22


def test_recovery_is_a_share_in_order(facts):
    for fact in facts.resources:
        shares = [
            fact.recovery_low_millionths,
            fact.recovery_millionths,
            fact.recovery_high_millionths,
        ]
        assert shares == sorted(shares)
        assert shares[0] > 0
        assert shares[-1] <= ONE


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("steel_scrap", ("own_judgement", "verified", "own_judgement", "unverified")),
        ("cu", ("derived", "own_judgement", "own_judgement", "unverified")),
        ("al", ("derived", "unverified", "own_judgement", "unverified")),
    ],
)
def test_each_part_of_a_resource_keeps_its_own_status(facts, code, expected):
    fact = next(fact for fact in facts.resources if fact.code == code)
    assert expected == (
        fact.contents_status,
        fact.replacement_status,
        fact.recovery_status,
        fact.critical_status,
    )
    assert fact.status == "unverified"
