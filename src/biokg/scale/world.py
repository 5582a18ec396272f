"""A synthetic world in this ontology: regions, policies, firms with states and events, alliances, sources.

How it resembles the real data (counts of the project's own tables, see docs/scale.md): the share of
each kind of organization, the number of alliances per new biotechnology firm, the skew of partners, the kinds of
alliances, how many payments are disclosed, how many documents a firm has. Everything follows from the seed and the
number of the firm, so that memory does not grow with the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from biokg.scale.draw import Weighted, fraction, mixed, pick, skewed, word
from biokg.terms import GRAPH, ID, ONTOLOGY, PREFIXES, SCHEME

KINDS = Weighted.of(
    ("nbf", 65), ("pharma", 31), ("biotech-foreign", 29), ("company-other", 28), ("big-pharma", 27),
    ("private-investor", 20), ("public-investor", 16), ("university", 13), ("diagnostics-company", 12),
    ("cluster", 12), ("network-organisation", 11), ("public-agency", 9), ("research-institute", 9),
    ("incubator", 7), ("cdmo", 6), ("cro", 3), ("hospital", 3), ("corporate-venture", 3), ("government", 3),
    ("international-organisation", 3), ("technology-transfer-office", 3), ("investor", 2), ("foundation", 2),
    ("consortium", 2), ("science-park", 2), ("accelerator", 2), ("regulator", 2),
)  # fmt: skip
"""Kinds of organization and their number in data/organizations.csv."""

ALLIANCES_PER_NBF = (
    (0,) * 20 + (1,) * 20 + (2,) * 5 + (3,) * 4 + (4,) * 3 + (5,) * 3 + (6, 8, 8, 9, 10, 12, 12, 15, 16, 20)
)
"""Alliances filed under each of the 65 new biotechnology firms of data/alliances.csv."""

PARTNER_EXPONENT = 1.5
"""Makes the busiest partner of a world of 323 appear in about 4 % of the alliances, as in the real data (7 of 185)."""

ALLIANCE_TYPES = Weighted.of(
    ("licensing-out", 40), ("research-alliance", 38), ("merger-acquisition", 29), ("co-development", 25),
    ("spin-off-divestiture", 13), ("licensing-in", 11), ("services-outsourcing", 8), ("marketing-distribution", 7),
    ("strategic-alliance-unspecified", 4), ("equity-alliance", 2), ("public-private-partnership", 2),
)  # fmt: skip
ROLES = {
    "licensing-out": ("licensor", "licensee", "outbound"), "licensing-in": ("licensee", "licensor", "inbound"),
    "research-alliance": ("research-partner", "research-partner", "coupled"),
    "co-development": ("co-developer", "co-developer", "coupled"),
    "services-outsourcing": ("client", "service-provider", "inbound"),
    "marketing-distribution": ("developer", "commercialiser", "outbound"),
    "equity-alliance": ("investee", "investor", "coupled"),
}  # fmt: skip
MIRROR = {"inbound": "outbound", "outbound": "inbound", "coupled": "coupled", "transaction": "transaction"}
OUTCOMES = ("terminated", "rights-returned", "option-exercised", "option-declined", "expanded", "approved")
ORIGINS = Weighted.of(
    ("university-spin-off", 26), ("university-and-institute-spin-off", 7), ("corporate-spin-out", 6),
    ("independent-start-up", 5), ("institute-spin-off", 5), ("clinician-founded-start-up", 2),
)  # fmt: skip
FOUNDED = Weighted.of(("1980", 3), ("1990", 8), ("2000", 19), ("2010", 25))
SUFFIX = {"nbf": "Therapeutics", "biotech-foreign": "Biosciences", "university": "University", "cro": "Research",
          "research-institute": "Institute", "private-investor": "Ventures", "public-investor": "Invest"}  # fmt: skip
POLICY_KINDS = ("cluster-policy", "r-and-d-grant", "tax-incentive", "technology-programme", "infrastructure")
MECHANISMS = ("open-lab", "research-collaboration", "incubator", "data-sharing", "open-source", "crowdsourcing")
SIDES = ("big-pharma", "nbf", "university", "research-institute")
LAYERS = ("dissertation", "public-to-2016", "public-after-2016")
_TYPE = f"<{PREFIXES['rdf']}type>"
_LABEL = f"<{PREFIXES['rdfs']}label>"
_XSD = PREFIXES["xsd"]


@dataclass(frozen=True)
class World:
    """What to make: *firms* organizations from *seed*. ``faults`` is the share of firms with one seeded error."""

    firms: int
    seed: int = 1
    faults: float = 0.01

    @property
    def regions(self) -> int:
        """Regions below the countries: one per 400 firms, four at least."""
        return max(4, self.firms // 400)

    @property
    def countries(self) -> int:
        """Countries above the regions."""
        return max(2, self.regions // 12)

    def kind(self, firm: int) -> str:
        """Kind of organization; the first numbers, the busiest partners, are big pharma more often."""
        if firm < self.firms // 100 and fraction(self.seed, firm, 1) < 0.5:
            return "big-pharma"
        return KINDS.at(fraction(self.seed, firm, 2))

    def founded(self, firm: int) -> int:
        """Year of founding."""
        if self.kind(firm) in ("university", "big-pharma"):
            return 1850 + mixed(self.seed, firm, 3) % 120
        return int(FOUNDED.at(fraction(self.seed, firm, 4))) + mixed(self.seed, firm, 5) % 9

    def region(self, firm: int) -> int:
        """Number of its region; a few regions hold most firms."""
        return skewed(fraction(self.seed, firm, 6), self.regions, 2.0)

    def name(self, firm: int) -> str:
        """A name of its own."""
        return f"{word(firm)} {SUFFIX.get(self.kind(firm), 'Pharma')}"


class Lines:
    """Writes N-Quads lines about one subject after another into a list."""

    __slots__ = ("out",)

    def __init__(self) -> None:
        self.out: list[str] = []

    def node(self, subject: str, kind: str, graph: str, *pairs: tuple[str, str]) -> None:
        """Type and properties of *subject*; names are local names of the ontology, values written as N-Triples."""
        end = f" <{GRAPH}{graph}> .\n"
        head = f"<{ID}{subject}> "
        if kind:
            self.out.append(f"{head}{_TYPE} <{ONTOLOGY}{kind}>{end}")
        for name, value in pairs:
            self.out.append(
                f"{head}<{ONTOLOGY}{name}> {value}{end}" if name[0] != "<" else f"{head}{name} {value}{end}"
            )


def thing(path: str) -> str:
    """A thing of ours, as N-Triples writes it."""
    return f"<{ID}{path}>"


def code(scheme: str, name: str) -> str:
    """A concept."""
    return f"<{SCHEME}{scheme}/{name}>"


def text(value: str) -> str:
    """A plain literal; *value* holds no quote, backslash or line end."""
    return f'"{value}"'


def english(value: str) -> str:
    """A literal in English."""
    return f'"{value}"@en'


def typed(value: object, kind: str) -> str:
    """A typed literal."""
    return f'"{value}"^^<{_XSD}{kind}>'


def year(value: int) -> tuple[tuple[str, str], ...]:
    """Year, bounds and precision of an event of which the year is known."""
    return (
        ("year", typed(value, "integer")),
        ("earliest", typed(f"{value}-01-01", "date")),
        ("latest", typed(f"{value}-12-31", "date")),
        ("datePrecision", code("precision", "year")),
    )


def drawer(start: int) -> Random:
    """A source of further draws that starts at *start*."""
    return Random(start)  # noqa: S311  (a made-up world, no secret)


def layer_of(value: int) -> str:
    """The layer of public records that a year belongs to."""
    return LAYERS[1] if value <= 2016 else LAYERS[2]


def statement(lines: Lines, path: str, layer: str, document: str, row: str) -> tuple[str, str]:
    """A source statement; gives the ``statedIn`` pair that leads to it."""
    lines.node(
        f"statement/{path}", "SourceStatement", layer,
        ("document", thing(document)), ("statementKind", code("statement-kind", "fact")),
        ("layer", code("layer", layer)), ("inTable", thing("table/generated")), ("rowId", text(row)),
        ("locator", text(f"row {row}")),
    )  # fmt: skip
    return ("statedIn", thing(f"statement/{path}"))


def frame(ontology_folder: Path, data_folder: Path) -> str:
    """What every world shares, as N-Quads: the ontology, its codes, and the hypotheses with their criteria."""
    from biokg.knowledge.assemble import framework_quads, vocabulary_quads

    quads = dict.fromkeys((*vocabulary_quads(ontology_folder), *framework_quads(data_folder)))
    return "".join(f"{quad} .\n" for quad in quads)


def geography(world: World) -> Iterator[str]:
    """Regions in their countries, each with policies and indicators; the lines of one region at a time."""
    for country in range(world.countries):
        lines = Lines()
        label = (_LABEL, english(f"{word(country + 7_000_000)}land"))
        lines.node(f"region/c{country}", "Region", LAYERS[1], label)
        yield "".join(lines.out)
    for region in range(world.regions):
        lines = Lines()
        here = f"region/r{region}"
        lines.node(
            here, "Region", LAYERS[1], (_LABEL, english(f"{word(region + 8_000_000)} region")),
            ("partOfRegion", thing(f"region/c{region % world.countries}")),
        )  # fmt: skip
        document = f"document/r{region}"
        lines.node(document, "Document", LAYERS[1], ("address", f"<https://example.org/region/{region}>"))
        for number in range(3):
            _policy(lines, world, region, number)
        _indicator(lines, world, region)
        yield "".join(lines.out)


def _policy(lines: Lines, world: World, region: int, number: int) -> None:
    row = f"p{region}-{number}"
    draw = drawer(mixed(world.seed, region * 8 + number, 20))
    start = draw.randint(1985, 2016)
    stated = statement(lines, f"policies/{row}", LAYERS[1], f"document/r{region}", row)
    lines.node(
        f"policy/{row}", "PolicyInstrument", LAYERS[1],
        (_LABEL, english(f"{word(region * 3 + number + 9_000_000)} programme")),
        ("policyKind", code("policy-kind", draw.choice(POLICY_KINDS))),
        ("governanceLevel", code("governance-level", "regional")),
        ("appliesIn", thing(f"region/r{region}")), ("goal", text("support of new firms")), stated,
    )  # fmt: skip
    launch = f"policy/{row}/event/launch"
    lines.node(launch, "LaunchEvent", LAYERS[1], ("eventOf", thing(f"policy/{row}")), *year(start), stated)


def _indicator(lines: Lines, world: World, region: int) -> None:
    draw = drawer(mixed(world.seed, region, 21))
    row = f"o{region}"
    stated = statement(lines, f"observations/{row}", LAYERS[1], f"document/r{region}", row)
    for when in (2010, 2015):
        lines.node(
            f"observation/{row}-{when}", "Observation", LAYERS[1],
            ("indicator", code("indicator", "active-biotech-companies")), ("area", thing(f"region/r{region}")),
            ("value", typed(draw.randint(5, 400), "decimal")), ("unit", code("unit", "companies")),
            ("periodStart", typed(when, "integer")), ("periodEnd", typed(when, "integer")), stated,
        )  # fmt: skip


def firm_lines(world: World, firm: int) -> Lines:
    """Everything about one firm: itself, its sources, states, events, financing, practices and alliances."""
    lines = Lines()
    draw = drawer(mixed(world.seed, firm, 10))
    kind, founded, key = world.kind(firm), world.founded(firm), f"w{firm}"
    core = LAYERS[0] if draw.random() < 0.25 else layer_of(founded)
    for number in (0, 1):
        address = f"<https://example.org/firm/{firm}/{number}>"
        lines.node(f"document/{key}-{number}", "Document", core, ("address", address))
    stated = statement(lines, f"organizations/{key}", core, f"document/{key}-0", key)
    me = f"organization/{key}"
    named = ("namedInDissertation", typed(str(core == LAYERS[0]).lower(), "boolean"))
    pairs = [(_LABEL, english(world.name(firm))), ("country", text(f"{word(_country(world, firm) + 7_000_000)}land")),
             ("foundedBy2016", typed(str(founded <= 2016).lower(), "boolean")), named, stated]  # fmt: skip
    lines.node(me, "Organization", core, *pairs)
    here = thing(f"region/r{world.region(firm)}")
    lines.node(f"{me}/state/seat", "SeatState", core, ("stateOf", thing(me)), ("seatRegion", here), stated)
    lines.node(
        f"{me}/state/classification", "ClassificationState", core, ("stateOf", thing(me)),
        ("classifiedAs", code("organization-type", kind)), stated,
    )  # fmt: skip
    _founding(lines, world, firm, draw)
    if kind == "nbf":
        for number in range(draw.choice(ALLIANCES_PER_NBF)):
            _alliance(lines, world, firm, number)
        _financing(lines, world, firm, draw)
    if draw.random() < 0.15:
        _practice(lines, world, firm, draw)
    return lines


def _country(world: World, firm: int) -> int:
    return world.region(firm) % world.countries


def _founding(lines: Lines, world: World, firm: int, draw: Random) -> None:
    founded, me = world.founded(firm), f"organization/w{firm}"
    layer = layer_of(founded)
    stated = statement(lines, f"org-facts/w{firm}-founding", layer, f"document/w{firm}-1", f"w{firm}-founding")
    pairs = [("eventOf", thing(me)), ("resultingOrganization", thing(me)), *year(founded), stated]
    if draw.random() < 0.6:
        pairs.append(("originKind", code("origin-kind", ORIGINS.at(draw.random()))))
    lines.node(f"{me}/event/founding/w{firm}", "FoundingEvent", layer, *pairs)


def _financing(lines: Lines, world: World, firm: int, draw: Random) -> None:
    """About 1.1 rounds per new firm, as 73 rounds of 65 firms."""
    for number in range(pick_count(draw.random())):
        when = min(world.founded(firm) + 1 + draw.randint(0, 12), 2024)
        layer, row = layer_of(when), f"w{firm}-{number}"
        stated = statement(lines, f"investments/{row}", layer, f"document/w{firm}-1", row)
        investor = skewed(draw.random(), world.firms, PARTNER_EXPONENT)
        lines.node(
            f"investment/{row}", "FinancingEvent", layer, ("eventOf", thing(f"organization/w{firm}")),
            ("investor", thing(f"organization/w{investor}")),
            ("amount", typed(draw.randint(1, 90) * 500_000, "decimal")), ("currency", text("EUR")),
            ("investorClass", code("investor-class", pick(("mixed", "public", "fund", "private"), draw.random()))),
            *year(when), stated,
        )  # fmt: skip


def pick_count(part: float) -> int:
    """Financing rounds of a firm: none for half of them, then ever fewer (mean about 1.1)."""
    return 0 if part < 0.48 else 1 if part < 0.72 else 2 if part < 0.86 else 4 if part < 0.96 else 6


def _practice(lines: Lines, world: World, firm: int, draw: Random) -> None:
    row, when = f"w{firm}", draw.randint(2000, 2024)
    layer = layer_of(when)
    stated = statement(lines, f"practices/{row}", layer, f"document/w{firm}-1", row)
    me = f"practice/{row}"
    lines.node(
        me, "OpenInnovationPractice", layer, ("mechanism", code("mechanism", draw.choice(MECHANISMS))),
        (f"<{PREFIXES['dcterms']}description>", english(f"Practice of {world.name(firm)}")),
        (_LABEL, english(f"practice of {world.name(firm)}")), ("year", typed(when, "integer")),
        ("hasRole", thing(f"{me}/role/w{firm}")), ("knowledgeFlow", code("knowledge-flow", "coupled")),
        ("actorSide", code("actor-side", draw.choice(SIDES))), stated,
    )  # fmt: skip
    lines.node(
        f"{me}/role/w{firm}", "PracticeRole", layer, ("playedBy", thing(f"organization/w{firm}")),
        ("knowledgeFlow", code("knowledge-flow", "coupled")), ("actorSide", code("actor-side", draw.choice(SIDES))),
        stated,
    )  # fmt: skip


def partner_of(world: World, firm: int, number: int) -> int:
    """The partner of an alliance: low numbers, the busy ones, far oftener; never the firm itself."""
    partner = skewed(fraction(world.seed, firm * 32 + number, 30), world.firms, PARTNER_EXPONENT)
    return partner if partner != firm else (partner + 1) % world.firms


def _alliance(lines: Lines, world: World, firm: int, number: int) -> None:
    draw = drawer(mixed(world.seed, firm * 32 + number, 31))
    partner = partner_of(world, firm, number)
    since = max(world.founded(firm), world.founded(partner))
    when = min(2024, since + draw.randint(0, 12))
    layer, row = layer_of(when), f"w{firm}-{number}"
    me, kind = f"alliance/{row}", ALLIANCE_TYPES.at(draw.random())
    mine, theirs, flow = ROLES.get(kind, ("industrial-partner", "industrial-partner", "transaction"))
    stated = statement(lines, f"alliances/{row}", layer, f"document/w{firm}-1", row)
    payments = list(_payments(draw))
    lines.node(
        me, "Alliance", layer, (_LABEL, english(f"{world.name(firm)} – {world.name(partner)} {number}")),
        ("primaryAllianceType", code("alliance-type", kind)), ("allianceType", code("alliance-type", kind)),
        ("withinCutOff", code("cut-off", "by-2016" if when <= 2016 else "after-2016")), stated,
        *(("hasRole", thing(f"{me}/role/w{player}")) for player in (firm, partner)),
        *(("hasPayment", thing(f"{me}/payment/{name}")) for name, _ in payments),
    )  # fmt: skip
    for player, role, way, focal in ((firm, mine, flow, "true"), (partner, theirs, MIRROR[flow], "false")):
        lines.node(
            f"{me}/role/w{player}", "AllianceRole", layer, ("playedBy", thing(f"organization/w{player}")),
            ("roleType", code("alliance-role", role)), ("knowledgeFlow", code("knowledge-flow", way)),
            ("playerClass", code("organization-type", world.kind(player))), ("focal", typed(focal, "boolean")), stated,
        )  # fmt: skip
    lines.node(f"{me}/event/signing", "SigningEvent", layer, ("eventOf", thing(me)), *year(when), stated)
    for name, amount in payments:
        _payment(lines, f"{me}/payment/{name}", layer, (name, amount), stated)
    if draw.random() < 0.2:
        _outcome(lines, firm, row, min(2025, when + draw.randint(0, 6)), draw)


def _payments(draw: Random) -> Iterator[tuple[str, int]]:
    """Upfront in 47, milestones in 41, totals in 64 of 185; royalties mostly without an amount."""
    for name, share, most in (("upfront", 0.25, 60), ("milestone", 0.22, 400), ("total", 0.35, 600)):
        if draw.random() < share:
            yield name, draw.randint(1, most) * 500_000
    yield "royalty", 0


def _payment(lines: Lines, me: str, layer: str, money: tuple[str, int], stated: tuple[str, str]) -> None:
    name, amount = money
    status = "disclosed" if amount else "not-reported"
    paid = (("amount", typed(amount, "decimal")), ("currency", text("EUR"))) if amount else ()
    lines.node(
        me, "Payment", layer, ("paymentKind", code("payment-kind", name)), *paid,
        ("isCeiling", typed(str(name in ("milestone", "total")).lower(), "boolean")),
        ("disclosureStatus", code("disclosure-status", status)), stated,
    )  # fmt: skip


def _outcome(lines: Lines, firm: int, row: str, when: int, draw: Random) -> None:
    layer = layer_of(when)
    stated = statement(lines, f"alliances/{row}/outcome", layer, f"document/w{firm}-1", row)
    lines.node(
        f"alliance/{row}/event/outcome", "OutcomeEvent", layer, ("eventOf", thing(f"alliance/{row}")),
        ("outcomeType", code("alliance-outcome", draw.choice(OUTCOMES))), *year(when), stated,
    )  # fmt: skip
