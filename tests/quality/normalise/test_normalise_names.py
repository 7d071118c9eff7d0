import pytest

from habitue.quality.normalise.names import NamePart, normalise_name, normalise_salutation
from habitue.quality.normalise.result import Normalised, Problem


def read(cell: str, part: NamePart = "full") -> Normalised:
    answer = normalise_name(cell, part=part)
    assert isinstance(answer, Normalised), answer
    return answer


@pytest.mark.parametrize(
    ("cell", "name", "first", "last"),
    [
        ("Hans Müller", "Hans Müller", "Hans", "Müller"),
        ("Müller, Hans", "Hans Müller", "Hans", "Müller"),
        ("MÜLLER,HANS", "Hans Müller", "Hans", "Müller"),
        ("hans müller", "Hans Müller", "Hans", "Müller"),
        ("Hans MÜLLER", "Hans Müller", "Hans", "Müller"),
        ("HANS-PETER MÜLLER-LÜDENSCHEIDT", "Hans-Peter Müller-Lüdenscheidt", "Hans-Peter", "Müller-Lüdenscheidt"),
        ("Hans Peter Müller", "Hans Peter Müller", "Hans Peter", "Müller"),
        ("URSULA VON DER LEYEN", "Ursula von der Leyen", "Ursula", "von der Leyen"),
        ("von der Leyen, Ursula", "Ursula von der Leyen", "Ursula", "von der Leyen"),
        ("Leyen, Ursula von der", "Ursula von der Leyen", "Ursula", "von der Leyen"),
        ("vincent van gogh", "Vincent van Gogh", "Vincent", "van Gogh"),
        ("Robert De Niro", "Robert De Niro", "Robert De", "Niro"),
        ("De Niro, Robert", "Robert De Niro", "Robert", "De Niro"),
        ("García Márquez, Gabriel", "Gabriel García Márquez", "Gabriel", "García Márquez"),
        ("RONALD MCDONALD", "Ronald McDonald", "Ronald", "McDonald"),
        ("mary o'brien", "Mary O'Brien", "Mary", "O'Brien"),
        ("FLORA MACDONALD", "Flora MacDonald", "Flora", "MacDonald"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien", "J.R.R.", "Tolkien"),
        ("John  B  Benton", "John B Benton", "John B", "Benton"),
        ("Anna Schmidt (privat)", "Anna Schmidt", "Anna", "Schmidt"),
        ("Иван Иванов", "Иван Иванов", "Иван", "Иванов"),
        ("ИВАНОВ ИВАН ИВАНОВИЧ", "Иван Иванович Иванов", "Иван", "Иванов"),
        ("Иван Иванович Иванов", "Иван Иванович Иванов", "Иван", "Иванов"),
        ("Петрова Мария", "Мария Петрова", "Мария", "Петрова"),
        ("Петрова, Мария Сергеевна", "Мария Сергеевна Петрова", "Мария", "Петрова"),
        ("Мария Петрова", "Мария Петрова", "Мария", "Петрова"),
        ("Ivan Petrovich Sidorov", "Ivan Petrovich Sidorov", "Ivan", "Sidorov"),
    ],
)
def test_a_name_is_put_in_order_and_split(cell: str, name: str, first: str, last: str) -> None:
    answer = read(cell)
    assert (answer.value, answer.also["first_name"], answer.also["last_name"]) == (name, first, last)


@pytest.mark.parametrize(
    ("cell", "name", "salutation", "title", "gender"),
    [
        ("Herr Müller", "Müller", "Herr", "", "male"),
        ("Herrn Dr. Hans Müller", "Hans Müller", "Herr", "Dr.", "male"),
        ("Frau Prof. Dr. med. Anna von Stein", "Anna von Stein", "Frau", "Prof. Dr. med.", "female"),
        ("Herrn Dipl.-Ing. Karl Meier", "Karl Meier", "Herr", "Dipl.-Ing.", "male"),
        ("Dr.med. Eva Klein", "Eva Klein", "", "Dr. med.", ""),
        ("Müller, Dr. Hans", "Hans Müller", "", "Dr.", ""),
        ("Müller, Frau Anna", "Anna Müller", "Frau", "", "female"),
        ("Mr. John Smith", "John Smith", "Mr", "", "male"),
        ("mrs jane smith", "Jane Smith", "Mrs", "", "female"),
        ("Ms Smith", "Smith", "Ms", "", "female"),
        ("Mx. Alex Smith", "Alex Smith", "Mx", "", ""),
        ("Herr und Frau Schulz", "Schulz", "Herr und Frau", "", ""),
        ("Mr. & Mrs. Smith", "Smith", "Mr and Mrs", "", ""),
        ("Familie Schulz", "Schulz", "Familie", "", ""),
        ("г-н Иван Иванов", "Иван Иванов", "г-н", "", "male"),
        ("госпожа Мария Петрова", "Мария Петрова", "г-жа", "", "female"),
        ("Мария Сергеевна Петрова", "Мария Сергеевна Петрова", "", "", "female"),
        ("Frau Herr", "Herr", "Frau", "", "female"),
        ("Fred Fr Miss", "Fred Fr Miss", "", "", ""),
    ],
)
def test_salutation_and_title_stand_apart(cell: str, name: str, salutation: str, title: str, gender: str) -> None:
    answer = read(cell)
    told = tuple(answer.also.get(key, "") for key in ("salutation", "title", "gender"))
    assert (answer.value, *told) == (name, salutation, title, gender)


@pytest.mark.parametrize("cell", ["John Smith, PhD", "John Smith PhD", "Smith, John PhD"])
def test_a_suffix_is_no_surname(cell: str) -> None:
    answer = read(cell)
    assert answer.value == "John Smith PhD"
    assert (answer.also["last_name"], answer.also["suffix"]) == ("Smith", "PhD")


@pytest.mark.parametrize(
    "cell", ["Müller Bau GmbH", "ООО «Ромашка»", "Acme, Inc.", "Schulz & Söhne KG", "Firma Müller", "Bäcker e.V."]
)
def test_a_company_in_the_column_of_names_is_told(cell: str) -> None:
    answer = read(cell)
    assert answer.also["company_name"]
    assert "first_name" not in answer.also
    assert answer.note


@pytest.mark.parametrize("cell", ["Maria Sá", "MARIA SA", "Eva Ag", "Inge Se", "Co Nguyen", "Max Limited-Edition"])
def test_a_surname_like_a_legal_form_is_no_company(cell: str) -> None:
    assert "company_name" not in read(cell).also


def test_a_lone_first_name_is_one_and_a_lone_other_word_is_left_open() -> None:
    assert read("Katharina").also == {"first_name": "Katharina"}
    assert read("Schmalzl").also == {}


@pytest.mark.parametrize(
    ("cell", "part", "value"),
    [
        ("VON DER LEYEN", "last", "von der Leyen"),
        ("mcdonald", "last", "McDonald"),
        ("ANNA LENA", "first", "Anna Lena"),
        ("Dr. Hans", "first", "Hans"),
        ("Frau Anna", "first", "Anna"),
        ("Müller-Schmidt", "last", "Müller-Schmidt"),
    ],
)
def test_columns_of_parts_are_read_as_parts(cell: str, part: NamePart, value: str) -> None:
    assert read(cell, part).value == value


@pytest.mark.parametrize(
    ("plain", "turned"),
    [
        ("Hans Müller", "Müller, Hans"),
        ("René Lacoste", "Lacoste, René"),
        ("Otto Beck", "Beck, Otto"),
        ("Max Co", "Co, Max"),
    ],
)
def test_a_plain_name_is_read_as_one_that_was_turned_round(plain: str, turned: str) -> None:
    assert read(plain) == read(turned)


@pytest.mark.parametrize("cell", ["", "123", "---", "?!", "()"])
def test_a_cell_without_letters_is_no_name(cell: str) -> None:
    assert isinstance(normalise_name(cell), Problem)


@pytest.mark.parametrize(
    ("cell", "shown", "gender"),
    [
        ("Herrn", "Herr", "male"),
        ("MRS.", "Mrs", "female"),
        ("Г-жа", "г-жа", "female"),
        ("Mx", "Mx", ""),
        ("Sehr geehrter Herr", "Sehr geehrter Herr", ""),
    ],
)
def test_a_salutation_is_kept_in_one_spelling(cell: str, shown: str, gender: str) -> None:
    answer = normalise_salutation(cell)
    assert isinstance(answer, Normalised)
    assert (answer.value, answer.also.get("gender", "")) == (shown, gender)
