"""The words of organization names: legal forms, translations, weak and distinguishing words, countries.

Everything here is lower case without accents, as :func:`biokg.linking.names.fold` leaves it.
"""

from __future__ import annotations

from types import MappingProxyType


def _table(text: str) -> MappingProxyType[str, str]:
    """``head: word word`` lines turned into ``{word: head}``, the head included."""
    table: dict[str, str] = {}
    for line in text.strip().splitlines():
        head, _, words = line.partition(":")
        for word in (head, *words.split()):
            table[word.strip()] = head.strip()
    return MappingProxyType(table)


def word_set(text: str) -> frozenset[str]:
    """The words of *text*."""
    return frozenset(text.split())


STOP_WORDS = word_set(
    "a an and neuve at by d da das de degli dei del della den der des di dla do dos du e ed een el en et f "
    "for fur het i il in l la las le les lo los of on op och og och oder of pour s t te ter the to "
    "tot und van vom von voor y za ze zu zum zur"
)

_ANY: frozenset[str] = frozenset()


_LATIN = "BE FR CH LU ES PT GR PL RO AR BR CL MX CO PE UY MA TN DZ CI SN CM"
_COMMONWEALTH = "GB IE IN JP CN KR IL AU NZ HK SG TW ZA CA BD TH NG KE CY MT PK LK GH MY VG BM KY GI IM JE GG"

LEGAL_FORMS: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        **dict.fromkeys(word_set("co company corporation corp cie compagnie se gie"), _ANY),
        **dict.fromkeys(word_set("inc incorporated"), word_set("US CA JP KR PH PR TW")),
        **dict.fromkeys(word_set("llc lp llp pllc pbc"), word_set("US GB AE CA IN RU UA GE PR")),
        **dict.fromkeys(word_set("ltd limited"), word_set(_COMMONWEALTH + " CH")),
        "plc": word_set("GB IE HU MT CY NG GH KE LK TH"),
        **dict.fromkeys(word_set("gmbh ggmbh mbh ug ohg"), word_set("DE AT CH LI LU")),
        "ag": word_set("DE AT CH LI LU"),
        "aktiengesellschaft": word_set("DE AT CH LI LU"),
        "gesellschaft": word_set("DE AT CH LI LU"),
        "kg": word_set("DE AT"),
        "kgaa": word_set("DE"),
        "ev": word_set("DE"),
        **dict.fromkeys(word_set("sa societe anonyme"), word_set(_LATIN)),
        **dict.fromkeys(word_set("nv naamloze vennootschap"), word_set("BE NL CW SR AW SX")),
        "bv": word_set("BE NL CW SR"),
        **dict.fromkeys(word_set("bvba sprl cvba scrl sca scs vof snc scris"), word_set("BE FR LU")),
        **dict.fromkeys(word_set("vzw asbl ivzw aisbl ivoz"), word_set("BE LU")),
        "srl": word_set("BE IT RO AR MD PE BO PY UY"),
        "srls": word_set("IT"),
        "spa": word_set("IT CL DZ PL"),
        **dict.fromkeys(word_set("sas sasu"), word_set("FR CO IT AR")),
        **dict.fromkeys(word_set("sarl eurl sem sci sicar sicav pricaf"), word_set("FR LU CH MA TN DZ LB BE")),
        **dict.fromkeys(word_set("ab publ"), word_set("SE FI LT")),
        **dict.fromkeys(word_set("oy oyj abp"), word_set("FI")),
        "as": word_set("DK NO CZ SK TR EE LV"),
        "aps": word_set("DK"),
        "asa": word_set("NO"),
        "hf": word_set("IS"),
        "ehf": word_set("IS"),
        **dict.fromkeys(word_set("kk kabushiki kaisha"), word_set("JP")),
        "pty": word_set("AU ZA"),
        "pte": word_set("SG"),
        **dict.fromkeys(word_set("sdn bhd"), word_set("MY")),
        "pvt": word_set("IN PK LK BD"),
        **dict.fromkeys(word_set("kft zrt nyrt rt bt"), word_set("HU")),
        **dict.fromkeys(word_set("sro spol"), word_set("CZ SK")),
        **dict.fromkeys(word_set("doo dd"), word_set("SI HR RS BA ME MK")),
        **dict.fromkeys(word_set("ooo pao zao oao"), word_set("RU")),
        **dict.fromkeys(word_set("spzoo zoo"), word_set("PL")),
        **dict.fromkeys(word_set("sl slu"), word_set("ES")),
        **dict.fromkeys(word_set("lda ltda"), word_set("PT BR CL CO")),
        "eood": word_set("BG"),
        "ood": word_set("BG"),
        "uab": word_set("LT"),
        "sia": word_set("LV"),
        "ou": word_set("EE"),
    }
)
"""Legal form → countries whose law has it (ISO 3166-1); empty: used in many countries, tells nothing."""

CONCEPTS = _table(
    """
    university: rijksuniversiteit universiteit universite universitat universidad universidade universita universitet
    university: universitetet universiteten univ uni universitaire universitair universitaria universitario
    university: universitare universitaires universitatsklinikum
    college: hogeschool coll
    school: ecole escuela scuola schule
    hospital: ziekenhuis hopital hopitaux hospitalier hospitaliers hospitaliere hospitals hosp krankenhaus
    hospital: klinikum hospitalar ospedale ospedaliera ospedaliero spital sjukhus sygehus
    clinic: clinique cliniques kliniek klinik clinics clinica clin
    center: centre centrum zentrum centro ctr centers centres centri
    institute: institut instituut istituto instituto inst institutet institutes instytut
    catholic: katholieke catholique katholische catolica cattolica cath
    free: vrije libre freie libera libres
    royal: koninklijk koninklijke royale real reale
    national: nationale nationaal nacional nazionale natl nat nationales
    technical: technische technique tecnica tecnico techn
    technology: technologie technologia technologies tech technologien
    research: recherche recherches onderzoek forschung forschungs investigacion ricerca ricerche rech
    foundation: found fndn fnd stichting fondation stiftung fundacion fondazione fundacao fdn
    fund: fonds fondo fondos funds
    pharmaceuticals: pharmaceutical pharmaceutica pharmaceuticas pharmaceutique pharmaceutiques farmaceutica
    pharmaceuticals: farmaceutici farmaceutisch pharmazeutika pharmazeutische pharmaceuticales
    pharmaceuticals: pharm
    pharma: farma
    biopharma: biopharmaceuticals biopharmaceutical biopharm
    therapeutics: therapeutic therapeutique therapeutica thera
    biosciences: bioscience biosci biowissenschaften
    biotechnology: biotech biotechnologie biotechnologies biotechnologia biotecnologia biotechnologique biotechnol
    diagnostics: diagnostic diagnostica diagnostik diagnostique
    sciences: science wetenschap wetenschappen wissenschaft wissenschaften ciencias scienze sci
    medicine: medecine geneeskunde medizin medicina
    medical: medisch medicale medisches medico medicalsystems
    molecular: moleculaire moleculaires moleculair molekulare
    biology: biologie biologia
    tropical: tropische tropicale trop
    faculty: faculteit faculte facultes fakultat facolta facultad fac
    immunotherapies: immunotherapy
    health: gezondheid sante gesundheit salud salute
    cancer: kanker krebs
    laboratories: laboratory laboratoire laboratoires laboratorium laboratorios laboratori lab labs laboratorio
    europe: eur europaischen europeas europea europeo
    europe: european europeenne europeen europees europese europaische europaischer eu
    international: int internationale internationaal internazionale internacional intl
    innovation: innovatie innovations innovatief
    investment: invest investissement investissements investering investments
    agency: agence agentschap agentur agencia agenzia
    society: gesellschaft vereniging sociedad
    association: associatie associazione asociacion assoc assn
    prince: prins prinz principe
    government: gouvernement regering overheid gov govt
    region: regio gewest
    federal: federale federaal
    public: publique publiek
    enterprise: entrepreneurship ondernemen entreprise entreprises ondernemerschap
    trade: handel commerce
    export: exportation
    policy: beleid politique
    bank: banque
    park: parc
    cluster: pole
    training: formation opleiding
    cell: cellular cellulaire
    vaccine: vaccines vaccin vaccins
    flanders: flemish vlaams vlaamse vlaanderen flamand flamande flandre flandres flandern
    wallonia: walloon wallon wallonne wallonie waals waalse wallonien
    liege: lieja luik luttich lieges lieg
    gent: gante ghent gand
    leuven: lowen
    brussels: brux bxl brussel bruxelles bruselas brussells
    antwerp: antwerpen anvers amberes
    mechelen: malines
    namur: namen
    bruges: brugge
    tournai: doornik
    mons: bergen
    ostend: oostende
    kortrijk: courtrai
    louvain: lovanium
    commission: commissie kommission comision commissione
    medicines: medicaments geneesmiddelen medicamentos arzneimittel medicinali
    office: bureau buro amt ufficio oficina
    patent: patents octrooi brevet brevets patente brevetti
    council: raad conseil consejo consiglio
    interuniversity: interuniversitaire interuniversitair interuniversitary interuniv
    saint: st sint ste sainte sankt san santa sant
    library: bibliotheek bibliotheque bibliothek biblioteca
    museum: musee museo
    society: soc
    state: staat etat rijks
    industry: industries industrie industria nijverheid
    turin: torino
    milan: milano mailand
    copenhagen: kobenhavn
    vienna: wien vienne
    munich: munchen
    cologne: koln
    geneva: geneve genf
    lyon: lyons
    basel: basle bale
    hasselt: hasselts
    diepenbeek: diepenbeeck
    group: groep groupe gruppe grupo gruppo grp
    holding: holdings
    brothers: bros
    manufacturing: mfg
    department: dept departement departments depart dipartimento departamento dpt
    management: mgmt
    north: nord noord northern
    south: sud zuid sudliche southern
    west: ouest western
    east: est oost ost eastern
    organization: organisation organisatie organizzazione
    cooperation: co-operation
    development: ontwikkeling developpement developement entwicklung dev
    economic: economique economiques economische
    quality: kwaliteit qualite
    """
)
"""Word → the word that stands for it in every language."""

PHRASES: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "chu": ("center", "hospital", "university"),
        "chr": ("center", "hospital", "region"),
        "uz": ("university", "hospital"),
        "umc": ("university", "medical", "center"),
        "chuv": ("center", "hospital", "university", "vaudois"),
        "ku": ("catholic", "university"),
        "kath": ("catholic",),
        "universitatsklinikum": ("university", "hospital"),
        "universiteitsziekenhuis": ("university", "hospital"),
        "biopark": ("bio", "park"),
        "investeringsbank": ("investment", "bank"),
        "investitionsbank": ("investment", "bank"),
        "octrooibureau": ("patent", "office"),
        "patentamt": ("patent", "office"),
        "geneesmiddelenbureau": ("medicines", "agency"),
        "biotechfonds": ("biotechnology", "fund"),
        **{
            "u" + name: ("university", city)
            for city, names in {
                "gent": "gent",
                "antwerp": "antwerp antwerpen",
                "hasselt": "hasselt",
                "liege": "liege",
                "namur": "namur",
                "mons": "mons",
            }.items()
            for name in names.split()
        },
    }
)
"""Abbreviations inside a longer name, spelled out."""

WEAK = word_set(
    "group holding therapeutics biosciences sciences technology biotechnology laboratories company "
    "immunotherapies pharmaceuticals corporation genomics partners scientific"
)
"""Words a name may lack when what remains names one organization alone."""

WEAK_OF_YOUNG = WEAK | word_set("pharma oncology biologicals biologics biopharma innovation solutions systems")
"""The same for a small research firm."""

ADDABLE = word_set("group company corporation pharmaceuticals laboratories")
"""Words a query may add to a name of the registry without naming another organization."""

ADDABLE_TO_YOUNG = word_set(
    "therapeutics biosciences biotechnology biopharma pharma immunotherapies sciences international"
)
"""Words a query may add to the name of a small research firm, which has no national or divisional companies."""

WEAK_OF_INVESTORS = WEAK | word_set("capital ventures venture fund equity private investments management")
"""The same for an investor: Forbion is Forbion Capital Partners."""

ADDABLE_TO_INVESTORS = word_set("fund capital partners ventures")
"""Words a query may add to the name of an investor."""

INVESTOR_TYPES = frozenset({"private-investor", "private_investor", "public-investor", "public_investor", "investor"})

YOUNG_TYPES = frozenset({"nbf", "biotech-foreign", "biotech_foreign"})

NOTE_WORDS = word_set(
    "later now formerly former until since from predecessor successor spelling dissertation renamed "
    "memory previously ex acquired part name old new aka fka dba"
)
"""A bracket that holds one of these is a remark, not a name."""

PLAIN_WORDS = word_set(
    "exact bicycle bone link adjuvant newton radar life concentra genomic cardio onco immuno thermo "
    "general united first global world modern green blue delta alpha omega sigma apollo atlas "
    "phoenix titan orion vision focus prime quantum summit pioneer nova solar ocean river bridge "
    "target signal pulse spark active advanced applied central royal standard american british "
    "french belgian german dutch swiss nordic pacific atlantic solvay ceres watson mayo"
)
"""Words of everyday language: alone they name no organization."""

TECHNICAL_WORDS = word_set(
    "allergen antibody antigen assay biopsy catalyst chemical complex compound culture disease drug enzyme gene genes "
    "genetic genetics genome genomics helix hormone immune insulin lipid marker material materials matrix membrane "
    "microbe molecule mutation nucleus oncology organ peptide pharmacy plasma polymer protein proteins "
    "receptor reagent remedy sequence serum solution spectrum stem synthesis syndrome system therapy thrombosis "
    "tissue toxin transgenic tumor vector virus vital vitamin"
)
"""Words of the trade: none is a misspelling of a name made to resemble it."""

TRADE_PREFIXES = (
    "bio",
    "pharma",
    "immuno",
    "onco",
    "cardio",
    "neuro",
    "thermo",
    "micro",
    "nano",
    "agro",
    "gen",
    "cell",
)
"""What names of the trade begin with; before another known word they make a name of their own (BioInvest)."""

LEGAL_SPELLINGS = MappingProxyType(
    {"company": "co", "incorporated": "inc", "limited": "ltd", "corporation": "corp", "aktiengesellschaft": "ag"}
)
"""The long spelling of a legal form → the short one."""
