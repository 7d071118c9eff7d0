"""Cities with real postal codes and area codes, and streets to live in."""

from __future__ import annotations

from dataclasses import dataclass

from habitue.demo.chance import words


@dataclass(frozen=True, slots=True)
class City:
    """A city; `latin` is its name in Latin letters and `russian` its Russian name, both always filled."""

    name: str
    country: str
    area_code: str
    weight: float
    postal_codes: tuple[str, ...]
    latin: str
    russian: str


def _city(country: str, line: str) -> City:
    names, area_code, weight, codes = (part.strip() for part in line.split("|"))
    name, _, rest = names.partition("/")
    latin, _, russian = rest.partition("/")
    return City(name, country, area_code, float(weight), words(codes), latin or name, russian or name)


_GERMANY = """
Leipzig//Лейпциг|341|13|04103 04105 04107 04109 04155 04177 04229 04275 04277 04315 04317
Berlin//Берлин|30|14|10115 10117 10243 10245 10405 10435 10585 10707 10823 10961 10965 10999 12043 12163 13353 13187
Hamburg//Гамбург|40|9|20095 20144 20253 20259 20357 22081 22303 22587 22763 22765 22767
München//Мюнхен|89|7|80331 80469 80634 80797 80802 81369 81541 81667
Köln//Кёльн|221|5|50667 50672 50674 50733 50823 50937 51063
Frankfurt am Main//Франкфурт|69|4|60311 60313 60316 60318 60385 60594
Stuttgart//Штутгарт|711|3.2|70173 70178 70182 70193 70565
Düsseldorf//Дюссельдорф|211|3|40210 40213 40219 40223 40477
Dresden//Дрезден|351|4.5|01067 01069 01097 01099 01307
Hannover//Ганновер|511|2.6|30159 30161 30167 30451
Bremen//Бремен|421|2.2|28195 28203 28209
Nürnberg//Нюрнберг|911|2.4|90402 90403 90408 90419
Halle (Saale)//Галле|345|2.6|06108 06110 06114
Chemnitz//Хемниц|371|1.6|09111 09112
Erfurt//Эрфурт|361|1.5|99084 99089
Jena//Йена|3641|1.2|07743 07745
Potsdam//Потсдам|331|1.6|14467 14469 14482
Magdeburg//Магдебург|391|1.3|39104 39108
Freiburg im Breisgau//Фрайбург|761|1.4|79098 79100 79106
Heidelberg//Гейдельберг|6221|1.1|69115 69117 69120
Münster//Мюнстер|251|1.4|48143 48149 48155
Bonn//Бонн|228|1.3|53111 53113 53115
Dortmund//Дортмунд|231|1.6|44135 44137
Essen//Эссен|201|1.5|45127 45130 45131
Kassel//Кассель|561|0.8|34117 34119
Göttingen//Гёттинген|551|0.9|37073 37075
Lübeck//Любек|451|0.9|23552 23564
Kiel//Киль|431|0.9|24103 24105
Rostock//Росток|381|1|18055 18057
Augsburg//Аугсбург|821|1.1|86150 86152
Regensburg//Регенсбург|941|0.9|93047 93051
Würzburg//Вюрцбург|931|0.8|97070 97072
Mainz//Майнц|6131|1|55116 55118
Karlsruhe//Карлсруэ|721|1.1|76131 76133
Markkleeberg|341|0.8|04416
Grimma|3437|0.4|04668
Radebeul|351|0.4|01445
Norderstedt|40|0.4|22846
Wedel|4103|0.3|22880
"""
_ABROAD = {
    "AT": """
Wien//Вена|1|5|1010 1020 1030 1060 1070 1090 1180
Graz//Грац|316|2|8010 8020
Salzburg//Зальцбург|662|1.5|5020
Linz//Линц|732|1.3|4020
Innsbruck//Инсбрук|512|1|6020""",
    "CH": """
Zürich//Цюрих|44|4|8001 8004 8005 8032
Basel//Базель|61|2|4051 4053
Bern//Берн|31|2|3011 3012
Luzern//Люцерн|41|1|6003
St. Gallen|71|1|9000""",
    "RU": """
Москва/Moskau/Москва|495|4|101000 119021 125009
Санкт-Петербург/Sankt Petersburg/Санкт-Петербург|812|3|190000 191186
Калининград/Kaliningrad/Калининград|4012|2|236022
Казань/Kasan/Казань|843|1|420111""",
    "PL": """
Warszawa//Варшава|22|3|00-019 00-133 02-512
Kraków//Краков|12|2|31-002 30-001
Wrocław//Вроцлав|71|2|50-103
Poznań//Познань|61|1|61-772""",
    "FR": """
Paris//Париж|1|4|75003 75011 75018
Lyon//Лион|4|2|69001 69003
Strasbourg//Страсбург|3|2|67000""",
}

CITIES: dict[str, tuple[City, ...]] = {
    country: tuple(_city(country, line) for line in block.strip().splitlines())
    for country, block in (_ABROAD | {"DE": _GERMANY}).items()
}

_GERMAN_STREETS = words("""
Hauptstraße Bahnhofstraße Gartenstraße Schulstraße Dorfstraße Bergstraße Lindenstraße Birkenweg Waldstraße
Ringstraße Kirchstraße Wiesenweg Amselweg Goethestraße Schillerstraße Mozartstraße Beethovenstraße Lessingstraße
Karl-Liebknecht-Straße Rosa-Luxemburg-Straße August-Bebel-Straße Käthe-Kollwitz-Straße Bismarckstraße
Friedrichstraße Wilhelmstraße Kantstraße Uhlandstraße Mühlenweg Am_Markt Am_Bach An_der_Kirche Zum_Sportplatz
Eichenweg Buchenweg Ahornweg Tannenweg Kastanienallee Lange_Straße Neue_Straße Alte_Gasse Poststraße Rathausplatz
Steinweg Feldstraße Blumenstraße Rosenweg Nelkenweg Tulpenweg Jahnstraße Ludwigstraße Gutenbergstraße
Humboldtstraße Breite_Straße Südstraße Nordstraße Weststraße Ostplatz Zschochersche_Straße Könneritzstraße
Prenzlauer_Allee Weserstraße Elbchaussee Schulterblatt Rheinuferstraße Brüsseler_Straße Weinbergsweg Hofgasse
""")
STREETS: dict[str, tuple[str, ...]] = {
    "DE": _GERMAN_STREETS,
    "AT": words("""
Mariahilfer_Straße Neubaugasse Josefstädter_Straße Landstraßer_Hauptstraße Burggasse Lerchenfelder_Straße
Wiedner_Hauptstraße Alser_Straße Praterstraße Gumpendorfer_Straße Herrengasse Annenstraße Linzer_Gasse
"""),
    "CH": words("""
Bahnhofstrasse Langstrasse Badenerstrasse Seestrasse Hauptstrasse Kirchgasse Dorfstrasse Spalenberg Kramgasse
Birmensdorferstrasse Freie_Strasse Pilatusstrasse
"""),
    "RU": words("""
ул._Ленина ул._Пушкина Невский_пр. ул._Гагарина ул._Советская пр._Мира ул._Чехова ул._Садовая ул._Лесная
"""),
    "PL": words("""
ul._Długa ul._Marszałkowska ul._Polna ul._Leśna ul._Słoneczna ul._Krótka al._Jerozolimskie ul._Szkolna
"""),
    "FR": words("""
rue_de_la_République rue_Victor_Hugo avenue_Jean_Jaurès rue_des_Lilas place_Kléber rue_Oberkampf rue_du_Moulin
"""),
}
