"""What the sample sites publish: invented pieces in six languages, told in a few lines each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Story:
    """One article, but for its address and its time."""

    slug: str
    headline: str
    dek: str
    author: str
    section: str
    body: tuple[str, ...]
    language: str


def _told(language: str, *pieces: tuple[str, str, str, str, str, str]) -> tuple[Story, ...]:
    """Make stories of rows: slug, headline, dek, author, section, paragraphs parted by “|”."""
    return tuple(
        Story(slug, headline, dek, author, section, tuple(body.split("|")), language)
        for slug, headline, dek, author, section, body in pieces
    )


#: By language; the last two of each are for a site to publish while it is watched.
STORIES: Final = {
    "en": _told(
        "en",
        (
            "ferry-line-to-the-islands-keeps-its-winter-boats",
            "Ferry Line to the Islands Keeps Its Winter Boats",
            "After a week of meetings the county pays for three sailings a day.",
            "Maeve Corrigan",
            "Transport",
            "The county will pay for three sailings a day until March, its transport committee "
            "decided on Thursday after a week of meetings on all four islands.|Islanders had "
            "warned that two boats would not be enough for the school run. The line had asked to "
            "lay up one ship for repairs that are now put off until spring.",
        ),
        (
            "library-on-mill-street-opens-on-sundays",
            "Library on Mill Street Opens on Sundays",
            "Readers asked for it for years; a bequest makes it possible.",
            "Tom Adeyemi",
            "City",
            "From next month the library on Mill Street opens its doors on Sundays from ten to "
            "four, the head librarian said when she showed the new reading room.|A bequest of a "
            "retired teacher pays for the hours. The city had turned the wish down three times "
            "because it could not find the money for the staff.",
        ),
        (
            "night-market-returns-to-the-old-fish-hall",
            "Night Market Returns to the Old Fish Hall",
            "Forty stalls, one roof, and no more rain on the noodles.",
            "Maeve Corrigan",
            "City",
            "The night market moves back under the roof of the old fish hall, where it began ten "
            "years ago with six stalls and a borrowed generator.|Forty traders have signed up for "
            "the first weekend. The hall had been shut since its floor gave way in a storm, and "
            "was repaired with the help of a trade school.",
        ),
        (
            "shipyard-apprentices-win-a-contract-for-all",
            "Shipyard Apprentices Win a Contract for All",
            "The yard takes on every one of this year's forty-one apprentices.",
            "Tom Adeyemi",
            "Labour",
            "All forty-one apprentices of the shipyard get a contract when they finish in June, "
            "the works council and the management agreed on Friday evening.|The yard had offered "
            "to keep half of them. The apprentices had answered with a walk through the town in "
            "overalls, which the older fitters joined at the gate.",
        ),
        (
            "swimmers-ask-for-cleaner-water-at-the-north-pier",
            "Swimmers Ask for Cleaner Water at the North Pier",
            "A petition of two thousand names goes to the water board.",
            "Maeve Corrigan",
            "Environment",
            "Two thousand people have signed a petition for cleaner water at the north pier, where "
            "a sign has warned bathers for most of the summer.|The water board says that a new "
            "basin would hold back what the rain washes into the bay. It would cost eleven "
            "million, and nobody has promised the money yet.",
        ),
    ),
    "fr": _told(
        "fr",
        (
            "Les-grutiers-votent-la-reprise",
            "Les grutiers votent la reprise « sous conditions »",
            "Après neuf jours d’arrêt, le port repart, mais à effectif complet.",
            "Lucie Marchetti",
            "Social",
            "Réunis dans le hangar numéro quatre, les grutiers ont voté la reprise du travail à "
            "une large majorité, à condition que chaque équipe soit de nouveau complète.|La "
            "direction du port s’y est engagée par écrit jeudi soir. Les premiers navires doivent "
            "être déchargés dès samedi, selon la capitainerie.",
        ),
        (
            "Un-verger-partage-sur-les-anciens-quais",
            "Un verger partagé sur les anciens quais",
            "Soixante familles ont planté les premiers arbres dimanche.",
            "Karim Belhadj",
            "Quartiers",
            "Sous une pluie fine, soixante familles ont planté dimanche les premiers pommiers du "
            "verger partagé, là où passaient encore les wagons il y a trente ans.|La mairie prête "
            "le terrain pour dix ans. L’association espère une première récolte dans trois "
            "automnes, et un pressoir commun avant cela.",
        ),
        (
            "La-piscine-municipale-rouvre-avec-deux-mois-de-retard",
            "La piscine municipale rouvre avec deux mois de retard",
            "Le carrelage a dû être posé deux fois.",
            "Lucie Marchetti",
            "Quartiers",
            "La piscine municipale rouvre lundi matin, deux mois après la date promise, parce que "
            "le carrelage du grand bassin a dû être posé une seconde fois.|Les clubs retrouveront "
            "leurs créneaux habituels. L’entrée sera gratuite la première semaine pour tous les "
            "enfants de la ville.",
        ),
        (
            "Les-facteurs-de-la-vallee-gardent-leurs-tournees",
            "Les facteurs de la vallée gardent leurs tournées",
            "La fusion des deux centres est abandonnée.",
            "Karim Belhadj",
            "Social",
            "Les deux centres de tri de la vallée ne fusionneront pas : la direction régionale y a "
            "renoncé vendredi, au terme d’une réunion de quatre heures avec les syndicats.|Les "
            "facteurs craignaient des tournées de plus de trente kilomètres. Une pétition avait "
            "réuni la signature de presque tous les maires du canton.",
        ),
        (
            "Le-vieux-pont-sera-repeint-par-les-riverains",
            "Le vieux pont sera repeint par les riverains",
            "La couleur a été choisie à main levée.",
            "Lucie Marchetti",
            "Quartiers",
            "Les riverains repeindront eux-mêmes le vieux pont au printemps, avec la peinture que "
            "la ville a achetée en trop pour les grilles du parc.|La couleur, un vert sombre, a "
            "été choisie à main levée mardi soir. Le pont restera ouvert aux piétons pendant les "
            "travaux, promet le service des routes.",
        ),
    ),
    "es": _told(
        "es",
        (
            "las-conserveras-firman-su-primer-convenio",
            "Las conserveras firman su primer convenio",
            "Dos mil trabajadoras cobrarán lo mismo que los hombres del muelle.",
            "Nerea Salcedo",
            "Trabajo",
            "Las trabajadoras de las conserveras firmaron el jueves su primer convenio, que las "
            "equipara con los hombres que descargan el pescado en el muelle.|La subida llegará en "
            "dos pasos, el primero en enero. Ninguna de las fábricas quiso decir cuánto le costará "
            "el acuerdo, alcanzado tras once reuniones.",
        ),
        (
            "el-tranvia-vuelve-al-barrio-alto",
            "El tranvía vuelve al barrio alto",
            "Tras dos años de obras, la línea tres sube de nuevo la cuesta.",
            "Julián Arce",
            "Ciudad",
            "El tranvía de la línea tres volvió a subir el lunes la cuesta del barrio alto, dos "
            "años después de que un desprendimiento cortara la vía.|Los vecinos lo recibieron con "
            "una banda de música. El ayuntamiento promete ahora un coche cada doce minutos, y una "
            "parada más junto al hospital.",
        ),
        (
            "la-orquesta-juvenil-toca-en-la-lonja",
            "La orquesta juvenil toca en la lonja",
            "Noventa músicos entre cajas de sardinas.",
            "Nerea Salcedo",
            "Cultura",
            "Noventa músicos de la orquesta juvenil tocaron el sábado en la lonja, entre cajas de "
            "sardinas vacías y con el mercado abierto hasta la medianoche.|El concierto reunió a "
            "más de mil personas. La directora quiere repetirlo cada otoño, siempre en un lugar "
            "donde nadie espere una orquesta.",
        ),
    ),
    "pt": _told(
        "pt",
        (
            "as-rendeiras-abrem-uma-escola-na-praia",
            "As rendeiras abrem uma escola na praia",
            "As mais velhas ensinam; a câmara empresta a casa.",
            "Inês Valadares",
            "Cultura",
            "As rendeiras da praia abriram no sábado uma escola onde as mais velhas ensinam os "
            "pontos que já quase ninguém sabe fazer na região.|A câmara empresta a antiga casa do "
            "salva-vidas por cinco anos. As primeiras vinte alunas inscreveram-se num só dia, e "
            "há lista de espera até ao verão.",
        ),
        (
            "os-pescadores-pedem-um-farol-novo",
            "Os pescadores pedem um farol novo",
            "O velho apagou-se três vezes neste inverno.",
            "Duarte Nogueira",
            "Porto",
            "Os pescadores da barra pediram na segunda-feira um farol novo, porque o velho se "
            "apagou três vezes neste inverno e ninguém encontra peças para o reparar.|A "
            "capitania respondeu que o pedido será estudado. Até lá, dois barcos ficarão à noite "
            "na entrada da barra com as luzes acesas.",
        ),
    ),
    "de": _told(
        "de",
        (
            "schleuse-bleibt-nachts-offen",
            "Schleuse bleibt nachts wieder für alle Boote geöffnet",
            "Die Wärter bekommen zwei neue Kollegen.",
            "Hanna Petersen",
            "Hafen",
            "Die Schleuse am alten Werftgelände bleibt ab Dezember auch nachts geöffnet, teilte "
            "das Hafenamt am Freitag mit. Zwei neue Wärter fangen dafür in der kommenden Woche "
            "an.|Die Fischer hatten sich über lange Wartezeiten beschwert. Größere Schiffe müssen "
            "sich weiterhin einen Tag vorher anmelden, für kleine Boote genügt ein Anruf.",
        ),
        (
            "kita-zieht-in-die-alte-post",
            "Kita zieht in die alte Post am Bahnhof",
            "Fünfzig Plätze entstehen, wo früher Pakete lagen.",
            "Jörg Völker",
            "Stadt",
            "Die Kita am Deich zieht im Frühjahr in die alte Post am Bahnhof um, wo fünfzig "
            "zusätzliche Plätze entstehen. Das beschloss der Rat am Donnerstag ohne Gegenstimme.|"
            "Der Umbau dauert länger als geplant, weil unter dem Boden ein Brunnen gefunden "
            "wurde. Er soll hinter Glas sichtbar bleiben, wünschen sich die Kinder.",
        ),
        (
            "busse-fahren-bis-mitternacht",
            "Busse fahren am Wochenende bis Mitternacht",
            "Ein Versuch für sechs Monate, bezahlt von drei Gemeinden.",
            "Hanna Petersen",
            "Verkehr",
            "An den Wochenenden fahren die Busse künftig bis Mitternacht zwischen der Stadt und "
            "den Dörfern an der Küste. Drei Gemeinden bezahlen den Versuch für sechs Monate.|"
            "Jugendliche hatten mit einem Brief an die Bürgermeisterin dafür geworben. Bisher kam "
            "der letzte Bus kurz nach acht, für viele zu früh für das Kino.",
        ),
        (
            "fischmarkt-bekommt-ein-dach",
            "Fischmarkt bekommt nach zwölf Jahren ein Dach",
            "Gebaut wird mit dem Holz der alten Landungsbrücke.",
            "Jörg Völker",
            "Stadt",
            "Nach zwölf Jahren Streit bekommt der Fischmarkt ein Dach, und zwar aus dem Holz der "
            "alten Landungsbrücke. Die Händler stimmten am Mittwoch für den Entwurf.|Eröffnet "
            "werden soll im Herbst. Während der Bauzeit stehen die Stände auf dem Parkplatz neben "
            "der Kirche, was den Pfarrer freut und die Autofahrer weniger.",
        ),
        (
            "chor-sucht-tiefe-stimmen",
            "Chor der Werftarbeiter sucht dringend tiefe Stimmen",
            "Sonst fällt das Konzert zum Jahrestag aus.",
            "Hanna Petersen",
            "Kultur",
            "Der Chor der Werftarbeiter sucht dringend tiefe Stimmen, denn von einst zwölf Bässen "
            "sind nur drei geblieben. Ohne Nachwuchs fällt das Konzert zum Jahrestag aus.|Noten "
            "lesen müsse niemand können, sagt die Leiterin. Geprobt wird dienstags in der "
            "Kantine, und danach gibt es für alle eine Suppe.",
        ),
    ),
    "it": _told(
        "it",
        (
            "il-mercato-del-pesce-cambia-orario",
            "Il mercato del pesce cambia orario",
            "Si apre alle cinque, un’ora prima di oggi.",
            "Chiara Bonfanti",
            "Città",
            "Da lunedì il mercato del pesce apre alle cinque del mattino, un’ora prima di oggi: "
            "lo ha deciso l’assemblea dei venditori dopo tre votazioni finite in parità.|I "
            "ristoratori lo chiedevano da anni. Chi arriva in treno dovrà però aspettare la "
            "seconda corsa, perché la prima parte quando i banchi sono già vuoti.",
        ),
        (
            "la-funivia-riparte-dopo-il-collaudo",
            "La funivia riparte dopo il collaudo",
            "Cabine nuove, stesso prezzo del biglietto.",
            "Piero Landi",
            "Trasporti",
            "La funivia che collega il porto alla città vecchia riparte sabato, dopo un collaudo "
            "di tre settimane che ha richiesto anche la sostituzione di un cavo.|Le cabine sono "
            "nuove, il prezzo del biglietto resta lo stesso. Il primo giorno si viaggia gratis, "
            "promette il comune, e le scuole avranno la precedenza.",
        ),
        (
            "i-liutai-aprono-le-botteghe-ai-ragazzi",
            "I liutai aprono le botteghe ai ragazzi",
            "Otto pomeriggi per costruire uno strumento.",
            "Chiara Bonfanti",
            "Cultura",
            "I liutai della via lunga aprono le loro botteghe ai ragazzi delle scuole medie: in "
            "otto pomeriggi ognuno costruirà uno strumento a corde e imparerà ad accordarlo.|I "
            "posti sono quaranta e le domande già duecento. Gli artigiani cercano ora un locale "
            "più grande, e qualcuno che regali il legno.",
        ),
        (
            "gli-operai-della-cartiera-tornano-al-lavoro",
            "Gli operai della cartiera tornano al lavoro",
            "Il nuovo proprietario riassume tutti e novanta.",
            "Piero Landi",
            "Lavoro",
            "Tutti e novanta gli operai della cartiera tornano al lavoro a dicembre: il nuovo "
            "proprietario ha firmato venerdì l’accordo con i sindacati.|La fabbrica era ferma da "
            "quattordici mesi. Le macchine sono state tenute in ordine dagli stessi operai, che "
            "a turno ne hanno oliato gli ingranaggi ogni settimana.",
        ),
        (
            "una-biblioteca-galleggiante-per-le-isole",
            "Una biblioteca galleggiante per le isole",
            "Tremila libri sul vecchio traghetto.",
            "Chiara Bonfanti",
            "Cultura",
            "Il vecchio traghetto diventa una biblioteca: da gennaio porterà tremila libri nelle "
            "cinque isole del golfo, con una fermata di due giorni in ogni porto.|L’equipaggio è "
            "di volontari, il carburante lo paga la regione. I bambini delle isole hanno già "
            "scelto il nome, che resterà segreto fino al varo.",
        ),
    ),
}
