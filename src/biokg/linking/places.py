"""Cities and the countries they lie in: what an address after a name says.

Lower case without accents, as :func:`biokg.linking.names.fold` leaves it; a city of several countries has them all.
The regions of Belgium stand among them.
"""

from __future__ import annotations

from types import MappingProxyType

_LINES = """
AE: dubai
AR CO ES: cordoba
AR: buenos-aires
AT: graz salzburg vienna innsbruck linz
AU CA: windsor
AU CA NZ: hamilton
AU GB: newcastle
AU GB US: perth
AU: adelaide brisbane canberra melbourne sydney
BE: herstal sart-tilman ans grace-hollogne genappe ottignies dilbeek aartselaar schoten edegem
BE: flanders wallonia
BE: aalst antwerp arlon bastogne beerse bruges brussels charleroi diepenbeek eupen evere gembloux genk
BE: gent geel
BE: gosselies hasselt heverlee jette jodoigne kortrijk leuven liege lier louvain-la-neuve mechelen mons
BE: mont-saint-guibert
BE: namur nivelles ostend puurs rixensart roeselare sint-niklaas seneffe seraing tienen tournai turnhout
BE: verviers vilvoorde
BE: waterloo wavre woluwe zaventem zellik zwijnaarde braine-l-alleud niel olen oevel anderlecht ixelles
BE: laeken uccle
BG: sofia
BR: rio-de-janeiro sao-paulo
CA GB US: london kingston
CA US: vancouver
CA: calgary edmonton montreal ottawa quebec toronto winnipeg mississauga laval
CH: basel bern geneva lausanne lugano zurich fribourg neuchatel zug allschwil
CL CU ES: santiago
CN: beijing guangzhou hangzhou nanjing shanghai shenzhen suzhou tianjin wuhan
CO ES: cartagena
CO: bogota
CU: havana
CZ: brno prague
DE US: berlin dresden hamburg hannover heidelberg
DE: aachen bonn bremen cologne darmstadt dortmund dusseldorf essen frankfurt freiburg giessen gottingen
DE: ingelheim jena
DE: kassel kiel leipzig leverkusen mainz mannheim martinsried munich munster planegg potsdam regensburg
DE: stuttgart
DE: tubingen ulm wurzburg
DK: aarhus ballerup bagsvaerd copenhagen odense valby
DZ: algiers
EE: tallinn tartu
EG US: cairo
EG: alexandria
ES US: madrid
ES VE: valencia
ES: barcelona bilbao granada malaga salamanca sevilla seville valladolid zaragoza
FI: helsinki oulu tampere turku
FR CA US: orleans
FR US: paris
FR: bordeaux evry grenoble lille limoges lyon marcy-l-etoile marseille montpellier nancy nantes nice
FR: poitiers reims rennes
FR: rouen strasbourg suresnes toulouse tours
GB CA US: richmond
GB IE: wexford
GB US: birmingham boston bristol cambridge cleveland durham manchester oxford plymouth portland reading
GB US: southampton worcester
GB: belfast brentford cardiff edinburgh glasgow leeds leicester liverpool nottingham sheffield slough
GB: stevenage warwick york
GR US: athens
GR: thessaloniki
HK: hong-kong
HR: zagreb
HU: budapest debrecen pecs szeged
ID: jakarta
IE US: dublin
IE: cork galway limerick
IL: haifa jerusalem rehovot tel-aviv
IN: bangalore bombay calcutta chennai delhi hyderabad madras mumbai pune
IQ: baghdad
IR: tehran
IT US: florence naples rome venice
IT: bergamo bologna catania genoa milan novara padua palermo parma pavia pisa siena trento trieste turin
IT: verona
JP: fukuoka hiroshima kobe kyoto nagoya osaka sapporo tokyo tsukuba
KE: nairobi
KR: seoul
LB: beirut
LT: vilnius
LU: luxembourg
LV: riga
MA: casablanca rabat
MX ES: guadalajara
MY: kuala-lumpur
VN: hanoi
NG: lagos
NL: amsterdam eindhoven groningen leiden maastricht nijmegen oss rotterdam tilburg utrecht wageningen
NL: the-hague delft breda
NO: oslo trondheim
NZ: auckland wellington
PE US: lima
PH: manila
PK: karachi lahore
PL: cracow gdansk krakow warsaw wroclaw
PT: braga coimbra lisbon oporto porto
RO: bucharest
RS: belgrade
RU US: moscow
RU: odessa
SE: gothenburg lund malmo solna stockholm uppsala
SI: ljubljana
SK: bratislava
SN: dakar
SY: damascus
TH: bangkok
TN: tunis carthage
TR: ankara istanbul
TW: taipei
US: abbott-park atlanta austin baltimore bethesda charleston chicago cincinnati dallas denver detroit
US: foster-city
US: gaithersburg hanover houston indianapolis kenilworth memphis miami milwaukee minneapolis
US: new-brunswick new-haven new-york
US: north-chicago philadelphia pittsburgh princeton rahway redwood-city rochester rockville san-diego
US: san-francisco seattle
US: south-san-francisco tarrytown thousand-oaks waltham washington whitehouse-station lexington la-jolla
US: palo-alto
UY: montevideo
VE: caracas
ZA: durban johannesburg pretoria cape-town
ZW: harare
GH: accra
CD: kinshasa
"""


def _cities() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _LINES.strip().splitlines():
        codes, _, names = line.partition(":")
        for name in names.split():
            city = name.replace("-", " ")
            found[city] = found.get(city, frozenset()) | frozenset(codes.split())
    return found


CITIES: MappingProxyType[str, frozenset[str]] = MappingProxyType(_cities())
"""City → the countries (ISO 3166-1) that have one of that name worth thinking of."""

WORLD_PLACES = frozenset(name for name in CITIES if " " not in name)
"""Cities that are no misspelling of anything."""
