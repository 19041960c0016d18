"""Headlines that a newsroom may have, in every script, and the awkward ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.media.base import Words

_DEK = "The mayor has ten days to sign the measure into law."

HEADLINES: Final[Mapping[str, Words]] = {
    "short": Words("Peace", "World", "", "", "en"),
    "usual": Words(
        "City votes to halt winter evictions as tenants fill the chamber",
        "Housing",
        _DEK,
        "Ana Ruiz, tenant",
        "en",
    ),
    "no-kicker": Words("Dockers end three-week strike with a raise of 5.2%", "", _DEK, "", "en"),
    "very-long": Words(
        "After three weeks of strikes, night-long talks and an intervention by the regional "
        "court, the dockworkers of the northern harbour reach an agreement that ends the "
        "layoffs, restores unpaid wages since April and promises an independent inquiry",
        "Labour and Social Affairs",
        _DEK,
        "Konstantina Papadopoulou-Wolfeschlegelstein, spokeswoman of the harbour union",
        "en",
    ),
    "endless-word": Words(
        "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzentwurf gescheitert",
        "Landwirtschaft",
        "Das Parlament lehnt ab.",
        "Max Müller",
        "de",
    ),
    "one-endless-word": Words("Donaudampfschiff" * 9, "Verkehr", "", "", "de"),
    "address": Words(
        "Leak: https://documents.example.org/2026/11/22/the-whole-contract-with-all-annexes.pdf",
        "Investigation",
        "",
        "",
        "en",
    ),
    "capitals": Words("PARLIAMENT REJECTS THE BUDGET FOR A THIRD TIME", "POLITICS", _DEK, "", "en"),
    "quotation": Words(
        "“We are not going anywhere until every family has a roof”, tenants tell the mayor",
        "Housing",
        "",
        "Ana Ruiz",
        "en",
    ),
    "figures": Words(
        "1,200,000 people, 26 July, 7–2: what the vote on Article 5 means", "Q&A", "", "", "en"
    ),
    "spanish": Words(
        "¿Por qué la sequía golpea más a los pequeños productores de Ñuble y a sus niños?",
        "Medio ambiente",
        "La ministra anunció ayudas el lunes.",
        "Íñigo Núñez",
        "es",
    ),
    "portuguese": Words(
        "Câmara aprova redução da jornada de trabalho após meses de mobilização nas ruas",
        "Política",
        "O projeto segue para o Senado.",
        "João Conceição",
        "pt",
    ),
    "french": Words(
        "« Nous ne partirons pas » : à Marseille, les dockers tiennent tête au préfet",
        "Société",
        "La négociation reprend mardi.",
        "Éloïse Lefèvre",
        "fr",
    ),
    "german": Words(
        "Bundesverfassungsgericht kippt Vorratsdatenspeicherung: Was das für Bürger heißt",
        "Innenpolitik",
        "Das Urteil fiel einstimmig.",
        "Jürgen Groß",
        "de",
    ),
    "italian": Words(
        "Perché l’acqua alta tornerà più spesso: così cambierà la città", "Ambiente", "", "", "it"
    ),
    "catalan": Words(
        "L’Ajuntament paral·litza els desnonaments de l’hivern", "Habitatge", "", "", "ca"
    ),
    "turkish": Words(
        "İşçiler üçüncü haftada da grevde: “Geri adım yok, hakkımızı alacağız”",
        "İşçi dünyası",
        "Görüşmeler salı günü başlıyor.",
        "Işıl Yıldırım",
        "tr",
    ),
    "vietnamese": Words(
        "Người dân Hà Nội thức trắng đêm chống lũ: ẮẶẦỆỖỮ", "Thời sự", "", "", "vi"
    ),
    "greek": Words(
        "Χιλιάδες άνθρωποι στους δρόμους της Αθήνας για τη στέγη",
        "Κοινωνία",
        "",
        "Ελένη Ϋ́ψος",
        "el",
    ),
    "cyrillic": Words(
        "Українські рятувальники п’яту добу розбирають завали після повені",
        "Надзвичайні події",
        "",
        "Їжакевич Йосип",
        "uk",
    ),
    "arabic": Words(
        "أعلنت النقابة عن إضراب عام في 12 ميناءً احتجاجاً على خفض الأجور بنسبة 7.5%",
        "العمل",
        "وقال المتحدث إن الإضراب سيستمر.",
        "ليلى حسن",
        "ar",
    ),
    "arabic-numerals": Words(
        "ارتفاع الأسعار بنسبة ٢٥٪ خلال ١٢ شهراً (البنك المركزي)", "اقتصاد", "", "", "ar"
    ),
    "arabic-and-latin": Words("شركة Google تعلّق خدمة Gmail في ٣ دول عربية", "تقنية", "", "", "ar"),
    "hebrew": Words(
        "אלפים יצאו לרחובות תל אביב: “לא נוותר על הדיור הציבורי” (עדכון 18:30)",
        "חברה",
        "ההפגנה תימשך גם מחר.",
        "נועה כהן",
        "he",
    ),
    "hindi": Words(
        "किसानों का आंदोलन तीसरे सप्ताह में, सरकार ने फिर बुलाई बैठक", "देश", "", "राकेश सिंह", "hi"
    ),
    "thai": Words("ประชาชนนับพันรวมตัวกันเรียกร้องที่อยู่อาศัยในกรุงเทพมหานคร", "สังคม", "", "", "th"),
    "chinese": Words(
        "上海暴雨持续三天，数千居民连夜撤离，救援人员仍在搜寻失踪者", "中国", "", "王小明", "zh"
    ),
    "japanese": Words(
        "「もう待てない」住宅支援を求める声、全国で広がる三週間の抗議", "社会", "", "佐藤花子", "ja"
    ),
    "korean": Words(
        "세입자 수천 명, 겨울철 강제 퇴거 중단을 요구하며 시청 앞 집회", "사회", "", "김민수", "ko"
    ),
    "emoji": Words(
        "Climate strike ✊🏽🌍: the children of Nairobi 🇰🇪 lead 👩🏽‍🌾👨‍👩‍👧",
        "Climate 🌱",
        "",
        "",
        "en",
    ),
}

#: A credit as long as agencies and licences make them.
CREDITS: Final = (
    "Photo: Ana Ruiz",
    "Foto: María Fernández Gutiérrez / Agencia Internacional del Sur / CC BY-SA 4.0",
    "",
)
