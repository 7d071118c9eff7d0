import pytest

from habitue.quality.normalise.names import first_name_key, first_names_conflict


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Bob", "Robert"),
        ("Bill", "William"),
        ("Hans", "Johannes"),
        ("Sepp", "Josef"),
        ("Uschi", "Ursula"),
        ("Саша", "Александр"),
        ("Саша", "Александра"),
        ("Саша", "Alexander"),
        ("Katya", "Ekaterina"),
        ("Катя", "Katharina"),
        ("Дима", "Dmitry"),
        ("Юлия", "Julia"),
        ("Михаил", "Michael"),
        ("Sergej", "Сергей"),
        ("Женя", "Евгений"),
        ("Jürgen", "Juergen"),
        ("Jörg", "Joerg"),
        ("René", "Rene"),
        ("H.", "Hans"),
        ("Hans", "h"),
        ("Alex", "Alexander"),
        ("Anna", "Hanna"),
        ("Catherine", "Katherine"),
        ("Friedrich", "Fridrich"),
        ("Christopher", "Kristofer"),
        ("Hans Peter", "Peter"),
        ("Hans-Peter", "Hans"),
        ("", "Hans"),
        ("Hans", ""),
        ("HANS", "hans"),
        ("Liz", "Elisabeth"),
    ],
)
def test_names_that_can_be_one_person_do_not_conflict(a: str, b: str) -> None:
    assert not first_names_conflict(a, b)
    assert not first_names_conflict(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Anna", "Maria"),
        ("Hans", "Peter"),
        ("Petra", "Klaus"),
        ("Jens", "Hans"),
        ("Tom", "Tim"),
        ("Саша", "Мария"),
        ("Ivan", "Igor"),
        ("Robert", "Richard"),
        ("Anna", "Otto"),
        ("Karin", "Kevin"),
        ("Eva", "Ida"),
        ("Мария", "Ольга"),
        ("Sabine", "Stefan"),
        ("Christine", "Wolfgang"),
        ("Jo", "Al"),
    ],
)
def test_names_of_two_people_conflict(a: str, b: str) -> None:
    assert first_names_conflict(a, b)
    assert first_names_conflict(b, a)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Jürgen-Peter", "juergen"),
        ("Анна Мария", "anna"),
        ("  Zoë ", "zoe"),
        ("J. R.", "j"),
        ("", ""),
        ("123", ""),
        ("Наталья", "natalya"),
    ],
)
def test_the_key_is_the_first_given_name_in_plain_letters(name: str, key: str) -> None:
    assert first_name_key(name) == key
