"""How fast X's measure is, against a bare NFC pass and a loop over the characters."""

from __future__ import annotations

import statistics
import time
import unicodedata
from collections.abc import Callable

from bot.platforms._weight import hashtags, neutralise, urls, weigh

POSTS = [
    "The council voted 7–2 on Tuesday night to halt evictions through the winter, after tenants "
    "filled the chamber for a third week running. “We are not going anywhere,” said one. The "
    "mayor has ten days to sign it. https://harbour.example.com/2026/11/22/council?utm_source=x",
    "El gobierno anunció el martes que retirará el proyecto de ley después de semanas de "
    "protestas… Las organizaciones exigen ahora la renuncia de la ministra y una comisión que "
    "investigue lo ocurrido en abril. https://diario.example.org/2026/11/22/retiran-el-proyecto/",
    "أعلنت النقابة يوم الثلاثاء عن إضراب عام في جميع الموانئ احتجاجاً على خفض الأجور، وقال "
    "المتحدث باسم العمال إن الإضراب سيستمر حتى تتحقق المطالب. https://example.com/ar/2026/11/22/",
    "İşçiler üçüncü haftada da grevde 👩🏽‍🌾✊ Fabrikanın önünde toplanan yüzlerce kişi “geri adım "
    "yok” dedi; görüşmeler salı günü başlıyor. #Grev https://gazete.example.com.tr/haber/grev-1234",
    "Nach drei Wochen Streik haben sich Gewerkschaft und Hafenbetreiber geeinigt: 5,2 % mehr Lohn, "
    "z. B. auch für Leiharbeiter, u. a. in Bremen und Kiel. https://zeitung.example.de/hafen-tarif",
]
HOSTILE = ["a.", "http://", "@", "é.", "a.com/(", "a.com/b.com,", "👩‍👩‍👧‍👦", "#1", "\u0301\u0316"]


def floor(text: str) -> int:
    """Weigh each character alone: what any measure has to do."""
    return sum(1 if char <= "\u10ff" else 2 for char in unicodedata.normalize("NFC", text))


def rate(measure: Callable[[str], object], rounds: int = 400) -> float:
    """Return the median number of texts a second."""
    figures = []
    for _ in range(7):
        started = time.perf_counter()
        for n in range(rounds):
            measure(POSTS[n % len(POSTS)])
        figures.append(rounds / (time.perf_counter() - started))
    return statistics.median(figures)


def seconds(measure: Callable[[str], object], text: str) -> float:
    figures = []
    for _ in range(3):
        started = time.perf_counter()
        measure(text)
        figures.append(time.perf_counter() - started)
    return statistics.median(figures)


def main() -> None:
    for post in POSTS:
        weigh(post)  # the emoji tables are loaded once
    least = rate(floor)
    print(f"floor (NFC, loop over characters): {least:9,.0f} texts/s")
    for measure in (weigh, urls, neutralise, hashtags):
        figure = rate(measure)
        print(f"{measure.__name__:34} {figure:9,.0f} texts/s = {figure / least:.2f} of the floor")
    print("seconds for 25,000 and 100,000 characters, and their ratio (4 is linear):")
    for unit in HOSTILE:
        short, long = ((unit * size)[:size] for size in (25_000, 100_000))
        for measure in (weigh, neutralise):
            first, second = seconds(measure, short), seconds(measure, long)
            label = f"{measure.__name__} {ascii(unit)[:30]}"
            print(f"{label:44} {first:.4f} {second:.4f} {second / first:5.1f}")


if __name__ == "__main__":
    main()
