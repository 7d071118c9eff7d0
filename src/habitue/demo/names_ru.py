"""Russian names in Cyrillic with their everyday short forms, and three ways to spell them in Latin letters."""

from __future__ import annotations

from typing import Literal

from habitue.demo.chance import words

Spelling = Literal["german", "english", "passport"]

WOMEN = words("""
Елена Ольга Наталья Анна Мария Ирина Светлана Татьяна Екатерина Юлия Анастасия Дарья Марина Людмила Галина
Валентина Ксения Виктория Надежда Любовь Вера Полина Алина Оксана Лариса Евгения Софья Жанна Зоя Тамара
""")
MEN = words("""
Александр Сергей Дмитрий Андрей Алексей Михаил Иван Владимир Евгений Николай Максим Павел Юрий Виктор Игорь
Олег Константин Артём Денис Роман Антон Илья Кирилл Вадим Станислав Григорий Борис Фёдор Тимофей Леонид
""")
# Men's form and women's form.
LAST = tuple(
    (pair.split("/")[0], pair.split("/")[1])
    for pair in words("""
Иванов/Иванова Смирнов/Смирнова Кузнецов/Кузнецова Попов/Попова Васильев/Васильева Петров/Петрова Соколов/Соколова
Михайлов/Михайлова Новиков/Новикова Фёдоров/Фёдорова Морозов/Морозова Волков/Волкова Алексеев/Алексеева
Лебедев/Лебедева Семёнов/Семёнова Егоров/Егорова Павлов/Павлова Козлов/Козлова Степанов/Степанова Орлов/Орлова
Андреев/Андреева Макаров/Макарова Никитин/Никитина Захаров/Захарова Зайцев/Зайцева Соловьёв/Соловьёва
Яковлев/Яковлева Романов/Романова Воробьёв/Воробьёва Жуков/Жукова Цветков/Цветкова Щербаков/Щербакова
Шевченко/Шевченко Чайковский/Чайковская Белый/Белая Юдин/Юдина Хохлов/Хохлова Ткаченко/Ткаченко Гросс/Гросс
Вагнер/Вагнер Шмидт/Шмидт Миллер/Миллер Беккер/Беккер
""")
)
NICKNAMES = {
    "Елена": "Лена",
    "Ольга": "Оля",
    "Наталья": "Наташа",
    "Анна": "Аня",
    "Мария": "Маша",
    "Ирина": "Ира",
    "Светлана": "Света",
    "Татьяна": "Таня",
    "Екатерина": "Катя",
    "Юлия": "Юля",
    "Анастасия": "Настя",
    "Дарья": "Даша",
    "Александр": "Саша",
    "Сергей": "Серёжа",
    "Дмитрий": "Дима",
    "Андрей": "Андрюша",
    "Алексей": "Алёша",
    "Михаил": "Миша",
    "Владимир": "Вова",
    "Евгений": "Женя",
    "Николай": "Коля",
    "Максим": "Макс",
    "Константин": "Костя",
}

_COMMON = dict(zip("абвгдезиклмнопрстуфыъь", [*"abvgdeziklmnoprstufy", "", ""], strict=True))
_GERMAN = {
    "в": "w",
    "ё": "jo",
    "ж": "sch",
    "з": "s",
    "й": "j",
    "х": "ch",
    "ц": "z",
    "ч": "tsch",
    "ш": "sch",
    "щ": "schtsch",
    "э": "e",
    "ю": "ju",
    "я": "ja",
}
_ENGLISH = {
    "ё": "yo",
    "ж": "zh",
    "й": "y",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "э": "e",
    "ю": "yu",
    "я": "ya",
}
_PASSPORT = _ENGLISH | {"ё": "e", "й": "i", "ю": "iu", "я": "ia", "ъ": "ie"}
_TABLES = {
    "german": _COMMON | _GERMAN,
    "english": _COMMON | _ENGLISH,
    "passport": _COMMON | _PASSPORT,
}


def latin(text: str, spelling: Spelling) -> str:
    """`text` in Latin letters as a German, an English or a passport office writes it."""
    table = _TABLES[spelling]
    letters = [_letter(character, table) for character in text]
    return "".join(letters)


def _letter(character: str, table: dict[str, str]) -> str:
    plain = table.get(character.lower())
    if plain is None:
        return character
    return plain.capitalize() if character.isupper() else plain
