from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.site.page._credits import of_picture

AGENCIES = [
    ("en", "Ships wait. (AP Photo/Ted S. Warren)", "Ships wait.", "AP Photo/Ted S. Warren"),
    ("en", "Ships wait (Matt Stone/Boston Herald)", "Ships wait", "Matt Stone/Boston Herald"),
    ("en", "Ships wait [Ann Lee/Al Jazeera]", "Ships wait", "Ann Lee/Al Jazeera"),
    ("en", "Ships wait. Mike Blake/Reuters files", "Ships wait.", "Mike Blake/Reuters files"),
    ("en", "Noah Berger / AP", "", "Noah Berger / AP"),
    ("en", "Ships wait Credit: Photo: PA", "Ships wait", "PA"),
    ("en", "Ships wait.CreditKirsten Luce", "Ships wait.", "Kirsten Luce"),
    ("en", "Ships wait. Photographer: Ann Lee/Getty", "Ships wait.", "Ann Lee/Getty"),
    ("en", "Facebook (Photo: Facebook)", "Facebook", "Facebook"),
    ("en", "Commuters walk. | AP", "Commuters walk.", "AP"),
    ("es", "Los barcos (Foto: Ana Ruiz / EFE)", "Los barcos", "Ana Ruiz / EFE"),
    ("es", "Los barcos. EFE | Confidencial", "Los barcos.", "EFE | Confidencial"),
    ("es", "Los barcos (Gobierno de Rusia vía AP)", "Los barcos", "Gobierno de Rusia vía AP"),
    ("es", "Los barcos. (Foto El Faro: Ana Paz)", "Los barcos.", "El Faro: Ana Paz"),
    ("pt", "Os navios. Foto: Ana/Agência Brasil", "Os navios.", "Ana/Agência Brasil"),
    ("fr", "Le piquet de grève / (C) Kab Niang", "Le piquet de grève", "Kab Niang"),
    ("fr", "Le piquet. (Photo Jean Roux. AFP)", "Le piquet.", "Jean Roux. AFP"),
    ("de", "Die Kräne. © Foto: Ann Lee", "Die Kräne.", "Ann Lee"),
    ("de", "Die Kräne © aremac / Clipdealer", "Die Kräne", "aremac / Clipdealer"),
    ("de", "Die Kräne.Foto: Ann Lee", "Die Kräne.", "Ann Lee"),
    ("de", "Die Kräne. (Quelle: Hume/Unsplash)", "Die Kräne.", "Hume/Unsplash"),
    ("it", "Le gru. (Foto LaPresse)", "Le gru.", "LaPresse"),
    ("ca", "Les grues. Foto d'Anna Puig", "Les grues.", "Anna Puig"),
    ("tr", "Vinçler duruyor (Fotoğraf: Ann Lee)", "Vinçler duruyor", "Ann Lee"),
    ("ar", "الرافعات متوقفة. تصوير: آن لي", "الرافعات متوقفة.", "آن لي"),
]


@pytest.mark.parametrize(("lang", "caption", "shows", "credit"), AGENCIES)
def test_whose_picture_it_is_is_read_as_newsrooms_write_it(
    lang: str, caption: str, shows: str, credit: str
) -> None:
    assert of_picture(caption, lang)[:2] == (shows, credit)


@pytest.mark.parametrize(
    "caption",
    [
        "©.",
        "To the right stands a Photo by which she is known in town.",
        "Reuters headquarters in London.",
        "A photo of two workers on Monday.",
        "The crew (left/right) stops work.",
        "Photos: how the strike went",
        "The harbour (2019)",
        "© means copyright, the judge said, and all who heard it in the room had to agree.",
        "She works for AP and has won two prizes since.",
    ],
)
def test_a_caption_that_only_speaks_of_pictures_has_no_credit(caption: str) -> None:
    assert of_picture(caption, "en") == (caption, "", "")


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ("Foto: Ann Lee | flickr | CC BY 2.0", "CC BY 2.0"),
        ("Foto: Ann Lee/cc by sa 2.0", "CC BY-SA 2.0"),
        ("Foto: Ann Lee, CC-BY-NC-ND", "CC BY-NC-ND"),
        ("Foto: Ann Lee (CC0)", "CC0"),
        ("Foto: Ann Lee, CC 0", "CC0"),
    ],
)
def test_a_licence_is_written_in_one_way(said: str, licence: str) -> None:
    assert of_picture(said, "de")[2] == licence


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="Ana Lee/AP.©():|Foto [] ", max_size=80))
def test_nothing_of_a_caption_is_made_up(caption: str) -> None:
    shows, credit, _ = of_picture(caption, "de")
    assert all(part in caption for part in credit.split())
    assert all(part in caption for part in shows.split())
