"""Short and other forms of first names in English, German and Russian, and whether two first names can be one."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from habitue.quality.normalise.text import ascii_key

# One line a name; a form may stand in several lines (Sasha, Chris, Toni). Compared by sound, so one spelling
# of y/i/j, k/c, ph/f and double letters is enough.
_FORMS = """
robert bob rob bobby robbie bert
william bill will billy willy liam wilhelm willi guillermo vasili
richard rick dick ricky rich richie
james jim jimmy jamie jakob jacob jake jacques
john jack johnny jon johannes hans johann hannes jan ivan juan jean vania
jonathan jon johnny nathan
michael mike mick micky mikhail mischa misha michel miguel michi
thomas tom tommy tomas foma
charles charlie chuck karl carl carlos kalle
edward ed eddie ted ned teddy eduard edik
theodor ted teddy theo fedor fyodor fedya teodor
anthony tony anton toni antonio antonin antosha tosha
joseph joe joey josef jupp sepp beppo jose giuseppe osip iosif
daniel dan danny danila danya
david dave davey
matthew matt matthias matze mathias matvei hias
andrew andy drew andreas andre andrei andrej andres andrea andi andryusha
christopher chris kit topher christoph christof stoffel
christian chris krischan christiaan
nicholas nick nicky klaus claus nikolaus nikolas niklas nikolai kolya nico niko
peter pete petr pyotr petya pedro pierre piotr
stephen steve steven stefan stephan steffen stepan styopa
frederick fred freddy friedrich fritz fiete federico
alexander alex alec sandy sascha sasha aleksandr shura sanya xander lex alessandro alejandro
alexandra alex alexa sandra sascha sasha aleksandra shura sanya sandy
samuel sam sammy
samantha sam sammy
benjamin ben benny benni
gregory greg grigori grisha gregor
jeffrey jeff geoffrey geoff
timothy tim timmy
kenneth ken kenny
ronald ron ronny
donald don donny
lawrence larry laurence lorenz lenz
patrick pat paddy
patricia pat patty trish tricia
leonard leo len lenny leonhard
leo lev lyova lew
henry harry hank heinrich heinz heiner hinnerk hendrik henrik enrique
harold harry hal
francis frank franz francisco frankie franziskus
george georg jorg jorge yuri egor georgi zhora schorsch
eugene gene eugen evgeni yevgeni zhenya jewgeni
evgenia zhenya eugenia yevgenia
gerald gerry jerry gerhard gerd gerhardt gert
rudolf rudi rudolph
ludwig lutz louis luis lewis luigi
sebastian basti bastian wastl
maximilian max maxi maxim maksim
bernhard bernd bernard bernie berni berndt
ulrich uli ulli
ulrike uli ulli rike
wolfgang wolf wolfi
guenther gunter guenter gunther
hubert bertl
manfred manni mani
dietrich dieter dirk
siegfried sigi siggi
reinhard reiner rainer reinhardt
joachim achim jochen jo
paul pavel pasha paulchen pablo pawel
martin martl marti
dmitri dima mitya dimitri dmitry mitja
sergei serge seryozha sergius serezha serg
vladimir vova volodya wladimir vlad waldemar
vladislav vlad slava wladislaw
vyacheslav slava wjatscheslaw
yaroslav slava yarik
aleksei alyosha lyosha alexis alexej alesha lesha
konstantin kostya kostja
viktor vitya victor witja
valentin valya
valentina valya
valeri valera walerij
valeria lera valery
roman roma romka
igor garik
ilya ilyusha ilja elias
kirill kir cyril kyrill
stanislav stas slava
anatoli tolya anatolij
gennadi gena
leonid lyonya lenya
boris borya
elizabeth liz lizzy beth betty eliza elisabeth lisa elise lisbeth sissi sisi liesel elli liza elizaveta bess ella
catherine kate katie kathy cathy katherine katharina kathrin katrin katja katya ekaterina käthe kitty katarina trina
margaret maggie peggy meg margarete grete gretel margarethe margarita rita greta madge marge margot
mary molly polly maria marie mia mitzi mariechen masha mascha marya manya marusya miriam marija mari
anna ann anne annie anja anya nyura njuta hannah nusha ania
anastasia nastya stacy anastasiya nastja asya stasya nastia
susan sue susie suzanne susanne sanne susanna suse suzy
jennifer jen jenny jenni
jessica jess jessie
deborah deb debbie debra
barbara barb babs barbie bärbel varvara varya babette
dorothy dot dottie dorothea dora thea dörte doris
helen nell nelly helene helena elena lena jelena alyona lenochka ellen elen leni alena
eleonora nora nelly eleanor ellie lora leonore
victoria vicky vika tori viktoria wika
rebecca becky becca rebekka
christine chris chrissy tina christina kristina stina christel christiane
martina tina martl
bettina tina betty
theresa terry tess tessa therese resi teresa
magdalena lena leni magda madeleine maggie
marlene lene leni
judith judy
cynthia cindy
sandra sandy
stephanie steffi steph stefanie stefani
gabriele gabi gabriela gaby
brigitte gitte gitta biggi
ursula uschi ulla ursel
angelika geli angela angelica angie
monika moni monica
renate nati rena
sabine bine sabina
johanna hanna jo hanne joan jane joanna jana ioanna zhanna
josephine josefine josie fine josi
charlotte lotte lotta charlie lottie
friederike rike frieda fritzi
wilhelmine minna mina helma willa
franziska franzi fanny frances ziska sissi fran
veronika vroni nika veronica
natalia natasha nata natalie natalya nataly
tatiana tanya tatjana tania tanja
olga olya olja
irina ira irene irene irisha irena
svetlana sveta swetlana lana
ludmila lyuda mila ljudmila lyudmila luda
galina galya galja
nadezhda nadya nadja nadia
lyubov lyuba liubov ljubow
sofia sophie sonja sonya sophia sofie sofya
yulia julia julie julya juliane juliana jule
daria dasha darya darja
polina polya pauline paulina
ksenia ksyusha xenia
yekaterina katya
larissa lara larisa
marina mara rina
vera verochka
inessa inna
abigail abby gail
alfred alf fred freddy
albert al bert bertie albrecht
arthur art artur
walter walt wally
raymond ray
vincent vince vinnie
philip phil pip philipp filip
zachary zach zack
simon si semyon
"""
_SOUNDS = (
    (re.compile("[yj]"), "i"),
    (re.compile("chr"), "kr"),
    (re.compile("sch|shch"), "sh"),
    (re.compile("ph"), "f"),
    (re.compile("[tk]h"), lambda found: "t" if found[0] == "th" else "h"),
    (re.compile("ch"), "h"),
    (re.compile("ck|c"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("w"), "v"),
    (re.compile(r"ie"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)
_WORDS = re.compile(r"[^\s,.;/&+()\-–]+")


def first_name_key(name: str) -> str:
    """Lower-case ASCII letters of the first given name (`Jürgen-Peter` → `juergen`); empty when there is none."""
    return next(iter(_given(name)), "")


def is_known_first_name(name: str) -> bool:
    """Whether a word is one of the first names of the table, in full or short."""
    return bool(_names_of(_sound(ascii_key(name))))


@lru_cache(maxsize=100_000)
def name_groups(name: str) -> frozenset[int]:
    """The numbers of the names that a word is a form of; two words with a common number can be one name."""
    return _names_of(_sound(ascii_key(name)))


_OTHER_SEX = frozenset({"a", "e", "s", "n", "ne", "la", "ina"})
_OTHER_VOWEL = ({"o", "a"}, {"o", "e"})


@lru_cache(maxsize=100_000)
def last_names_conflict(a: str, b: str) -> bool:
    """Whether two last names are clearly different: neither equal, contained, nor a few letters apart."""
    ours, theirs = _given(a), _given(b)
    if not ours or not theirs:
        return False
    return not any(x in y or y in x or _within(x, y, max(1, min(len(x), len(y)) // 3)) for x in ours for y in theirs)


@lru_cache(maxsize=100_000)
def first_names_conflict(a: str, b: str) -> bool:
    """Whether two first names are clearly of two people.

    False whenever they could be one: equal, an initial or the beginning of the other, short forms of one name,
    one letter apart (two from seven letters on), one of several given names shared, or one of them empty.
    """
    ours, theirs = _given(a), _given(b)
    if not ours or not theirs:
        return False
    return not any(_could_be_one(x, y) for x in ours for y in theirs)


def _given(name: str) -> list[str]:
    return [key for word in _WORDS.findall(name) if (key := ascii_key(word)) and not key.isdigit()]


def _could_be_one(a: str, b: str) -> bool:
    if _is_other_sex(a, b):
        return False
    if a.startswith(b) or b.startswith(a):
        return True
    sound_a, sound_b = _sound(a), _sound(b)
    if sound_a == sound_b or not _names_of(sound_a).isdisjoint(_names_of(sound_b)):
        return True
    shorter = min(len(a), len(b))
    allowed = 2 if shorter >= 7 else 1 if shorter >= 4 else 0
    return _within(a, b, allowed)


def _is_other_sex(a: str, b: str) -> bool:
    """Martin and Martina, Andrea and Andreas, Mario and Marie: as near as a typing error, but two names."""
    short, long = sorted((a, b), key=len)
    if len(short) < 3 or short == long:
        return False
    if long.startswith(short):
        ending = long[len(short) :]
        return ending in _OTHER_SEX and not (ending == "e" and short.endswith("in")) and len(short) > 3
    return len(a) == len(b) >= 5 and a[:-1] == b[:-1] and {a[-1], b[-1]} in _OTHER_VOWEL


def _sound(key: str) -> str:
    for shape, sound in _SOUNDS:
        key = shape.sub(sound, key)
    return key


@cache
def _forms() -> dict[str, frozenset[int]]:
    names: dict[str, set[int]] = {}
    for number, line in enumerate(_FORMS.strip().splitlines()):
        for form in line.split():
            names.setdefault(_sound(ascii_key(form)), set()).add(number)
    return {form: frozenset(numbers) for form, numbers in names.items()}


def _names_of(sound: str) -> frozenset[int]:
    return _forms().get(sound, frozenset())


def _within(a: str, b: str, limit: int) -> bool:
    """Whether the edit distance of two words is at most `limit`."""
    if abs(len(a) - len(b)) > limit or not limit:
        return a == b
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        left, row[0], corner = i, i, row[0]
        for j, other in enumerate(b, start=1):
            left = min(row[j] + 1, left + 1, corner + (letter != other))
            corner, row[j] = row[j], left
        if min(row) > limit:
            return False
    return row[-1] <= limit
