"""The lists of grave words against headlines: real matters are found, ordinary news is not.

Among the ordinary ones are idioms (“dead end”, “point mort”) and the daily bread
of labour and politics. A list that flags everything is as useless as one that
flags nothing: whoever adds a word runs this.
"""

from __future__ import annotations

import pytest

from bot.language import SHIPPED, language

ORDINARY = {
    "en": """
        The deadline for offers passed on Friday
        A killer whale was seen off the coast
        Union leader calls the offer dead on arrival
        Senate kills bill that would have raised the minimum wage
        The company executed a share buyback
        The plan was executed in two phases
        Parents and pupils protest school closure
        A new labor bill passed the House
        Talks hit a dead end
        Teachers strike over class size
        Childcare workers demand higher wages
        Budget shortfall forces cuts to schools
        The union accuses management of stalling
        Baby boomers retire in record numbers
        The report shows an explosion of rents
        The company beat expectations
    """,
    "es": """
        Maneras de matar el tiempo en el aeropuerto
        La fecha límite vence el viernes
        La empresa denuncia pérdidas millonarias
        Docentes paran contra el ajuste en escuelas
        Juicio político a la presidenta avanza
        La bomba de agua del barrio se rompió
        Una explosión de precios
        El juicio a las juntas cumple años
        El proceso electoral sigue su curso
        La menor inflación del año
        Los menores salarios de la región
        El menor aumento en diez años
        Trabajadores del acero van a la huelga
        Acusan recibo de la nota
        El disparo del dólar complica al gobierno
        Los precios se dispararon
    """,
    "pt": """
        Formas de matar o tempo no aeroporto
        A greve dos professores continua
        O menor aumento em dez anos
        Os menores salários da região
        A execução do orçamento chegou a 80%
        A explosão dos preços
        Bomba de combustível fica mais cara
        O preço disparou
        Disparou o preço do arroz
        Alunos voltam às aulas na segunda
        Preso no trânsito por horas
        A culpa é do ajuste
        Trabalhadores presos a contratos precários
        A ferida aberta da dívida
        Sindicato processa a empresa
        Menino de ouro do time
    """,
    "fr": """
        La CGT appelle à la grève mardi
        L’économie au point mort
        Temps mort dans la négociation
        Grève des enseignants : les élèves sans cours
        L’explosion des loyers
        La bombe à retardement des retraites
        Un arrêté préfectoral interdit le marché
        L’arrêté du 3 mai est publié
        Un tribunal annule le plan social
        La violence sociale du budget
        Les salariés se tuent à la tâche
        La neige tombe en abondance
        Il tue le match à la 80e minute
        La fraude fiscale coûte 80 milliards
        Le personnel soignant condamne le plan
        La ligne condamnée par la direction
    """,
    "de": """
        Der tote Punkt in den Verhandlungen
        Totengedenken wird verlegt
        Die Frist endet am Freitag
        Schüler fordern mehr Lehrer
        Explosion der Mieten
        Schuldig bleibt der Minister die Antwort
        Prozess gegen die Zeit
        Bombenstimmung im Stadion
        Der Vorwurf der Gewerkschaft: zu wenig Personal
        Die Opposition wirft der Regierung vor zu sparen
        Schuss vor den Bug der Bahn
        Der Kindergarten bleibt zu
        Ver.di ruft zum Warnstreik auf
        Schuldenbremse bleibt
        Übergriffige Politik
        Elternschaft und Kindergeld
    """,
    "it": """
        Sciopero dei treni venerdì
        Un punto morto nella trattativa
        L’esplosione degli affitti
        I ragazzi tornano a scuola
        La condanna del sindacato al piano
        Il sindacato accusa l’azienda
        Una bomba d’acqua su Genova
        Il minore aumento dal 2010
        Vittima del traffico, il mercato chiude
        Le vittime del caro affitti
        La scomparsa delle edicole
        Operai in piazza contro i licenziamenti
        Inchiesta su salari e orari
        Detenzione di azioni proprie
        Giovedì si vota
        Ferita aperta dell’acciaio
    """,
    "ca": """
        La vaga de mestres continua
        Els alumnes tornen a classe
        El punt mort de la negociació
        L’explosió dels lloguers
        La bomba d’aigua s’ha espatllat
        El menor augment en deu anys
        Els menors salaris de la regió
        L’execució del pressupost
        El sindicat acusa l’empresa
        El preu es dispara
        La ferida oberta del deute
        Frau fiscal de les grans empreses
        Dol per la pluja
        El dimarts hi ha ple
        El metro s’atura
        La condemna del sindicat
    """,
    "tr": """
        Belediye işçileri greve çıktı
        Okullar pazartesi açılıyor
        Öğretmenler zam istiyor
        Kurban Bayramı tatili dokuz gün
        Fiyatlarda patlama
        Çocuk parkı yenilendi
        Soruşturma komisyonu bütçeyi inceliyor
        Çatışmalı görüşmeler sürüyor
        Liseliler maratona katıldı
        Kayıplar büyük: şirket zarar etti
        Şirketin davası görüldü
        Bebek bakım ürünlerine zam
        İade edilen ürünler artıyor
        Mahkum değiliz, diyor sendika
        Şiddetli yağış limanı kapattı
        Ölüm kalım maçı
    """,
    "ar": """
        إضراب عام في تونس
        الأسعار تنفجر في الأسواق
        المدارس تفتح أبوابها يوم الأحد
        قطاع غزل يطالب بالأجور
        هجمات إعلامية على النقابة
        موت السياسة
        أوقف العمال العمل ساعتين
        أوقفت الشركة الإنتاج
        العمال يطالبون بزيادة الأجور
        سم الأشياء بأسمائها
        انفجار أسعار الإيجار
        اتهم الاتحاد الحكومة بالتهرب
        بيان النقابة يطالب بالحوار
        ارتفاع أسعار الخبز 12%
        قصف إعلامي
        طعن في القرار أمام المحكمة الإدارية
    """,
}

#: Category: headline.
GRAVE = {
    "en": """
        death: Two workers were killed at the plant
        death: A docker died after a fall
        death: The death toll rises to 12
        death: Man found dead in his cell
        violence: Police shot a demonstrator
        violence: A protester was shot by police
        violence: Woman stabbed on the train
        violence: Rape case reopens
        violence: Israeli strikes hit a hospital
        violence: An explosion at the refinery injured four
        violence: Three injured in shooting
        suicide: Farmer took his own life
        suicide: A wave of suicides at the company
        minors: A 14-year-old boy was hit
        minors: Children among the victims
        minors: Two girls missing
        minors: Child abuse at the home
        accusation: Minister charged with fraud
        accusation: Police arrest 30 strikers
        accusation: Journalist detained at border
        accusation: Ex-mayor sentenced to five years
        accusation: He pleaded not guilty
        accusation: Activist convicted
    """,
    "es": """
        death: Mueren dos obreros en una obra
        death: Falleció la dirigente
        death: Mataron a un joven en Rosario
        death: Hallan muerto a un minero
        violence: Femicidio en Tucumán
        violence: La policía hirió a un manifestante con un disparo
        violence: Un herido de bala en la marcha
        violence: Bombardeo sobre Gaza deja víctimas
        violence: Explosión en la refinería: cuatro heridos
        suicide: Se suicidó un trabajador despedido
        suicide: Se quitó la vida en la cárcel
        minors: Una niña de 9 años desapareció
        minors: Abuso de menores en un colegio
        minors: Un menor fue detenido
        minors: Murió un nene
        accusation: Detuvieron a tres delegados
        accusation: Condenado a ocho años por abuso
        accusation: El exministro, procesado por corrupción
        accusation: Acusado de estafa
        accusation: Prisión preventiva para el empresario
    """,
    "pt": """
        death: Operário morre em obra
        death: Mataram um líder sem terra
        death: Encontrado morto em casa
        violence: Chacina no Rio
        violence: Mulher foi esfaqueada
        violence: Policial atirou em manifestante
        violence: Explosão em refinaria deixa feridos
        violence: Estupro em festa
        suicide: Trabalhador se matou
        suicide: Suicídio na prisão
        minors: Menina de 9 anos desaparecida
        minors: Crianças entre as vítimas
        minors: Menores apreendidos
        accusation: Ex-prefeito foi preso
        accusation: Polícia prende 30 grevistas
        accusation: Réu condenado a oito anos
        accusation: Acusado de fraude
        accusation: Suspeito de desvio
    """,
    "fr": """
        death: Un ouvrier meurt sur un chantier
        death: Deux morts dans l’effondrement
        death: Il a été tué par un policier
        violence: Un manifestant blessé par un tir
        violence: Elle a été violée
        violence: Viol : l’enquête rouverte
        violence: Fusillade à Marseille
        violence: Explosion à l’usine, quatre blessés
        violence: Un homme abattu à Lyon
        suicide: Suicide d’un postier
        suicide: Elle s’est donné la mort
        minors: Une fillette de 9 ans disparue
        minors: Des enfants parmi les victimes
        minors: Un mineur isolé
        minors: Un élève agressé
        accusation: Un syndicaliste arrêté
        accusation: Trois arrestations
        accusation: Condamné à huit mois
        accusation: Mis en examen pour fraude
        accusation: Placé en garde à vue
        accusation: Jugé pour corruption
    """,
    "de": """
        death: Arbeiter stirbt auf Baustelle
        death: Zwei Tote bei Brand
        death: Mann tot aufgefunden
        violence: Mann schießt auf Demonstranten
        violence: Frau vergewaltigt
        violence: Messerangriff im Zug
        violence: Explosion im Werk: vier Verletzte
        violence: Schüsse in Kassel
        suicide: Suizid eines Postboten
        suicide: Er nahm sich das Leben
        minors: Neunjähriges Mädchen vermisst
        minors: Ein 14-Jähriger wurde verletzt
        minors: Kinder unter den Opfern
        minors: Kindesmissbrauch im Heim
        minors: Ein Kind ist gestorben
        minors: Minderjährige festgenommen
        accusation: Gewerkschafter festgenommen
        accusation: Zu acht Monaten verurteilt
        accusation: Wegen Betrugs angeklagt
        accusation: Ermittlungen gegen Bürgermeister
        accusation: Der mutmaßliche Täter schweigt
        accusation: Verdacht auf Betrug: Razzia
    """,
    "it": """
        death: Operaio muore in cantiere
        death: Due morti nel crollo
        death: Ucciso un bracciante
        violence: Femminicidio a Torino
        violence: Sparatoria a Napoli
        violence: Stupro di gruppo
        violence: Esplosione in fabbrica, quattro feriti
        violence: Strage sul lavoro
        suicide: Suicidio in carcere
        suicide: Si è tolto la vita
        minors: Bambina di 9 anni scomparsa
        minors: Un ragazzo di 15 anni ferito
        minors: Violenza su una ragazzina
        minors: Un minorenne arrestato
        accusation: Arrestati tre delegati
        accusation: Condannato a otto anni
        accusation: Ex sindaco indagato
        accusation: Accusato di truffa
    """,
    "ca": """
        death: Mor un obrer en una obra
        death: Dos morts a l’incendi
        death: Han matat un jove
        violence: Apunyalada al metro
        violence: Agressió sexual a Lleida
        violence: Explosió a la planta: quatre ferits
        suicide: Suïcidi a la presó
        suicide: Es va treure la vida
        minors: Una nena de 9 anys
        minors: Un menor detingut
        minors: Infants entre les víctimes
        accusation: Detinguts tres sindicalistes
        accusation: Condemnat a vuit anys
        accusation: Acusat d’estafa
        accusation: Investigat per frau
    """,
    "tr": """
        death: İnşaatta bir işçi öldü
        death: İki madenci hayatını kaybetti
        death: Ölü sayısı 12’ye çıktı
        violence: Kadın cinayeti
        violence: Polis göstericiyi vurdu
        violence: Bıçaklı saldırı
        violence: Fabrikada patlama: dört yaralı
        suicide: Bir işçi intihar etti
        minors: 9 yaşındaki çocuk kayboldu
        minors: Çocuk istismarı davası
        minors: Bir lise öğrencisi gözaltında
        accusation: Üç sendikacı gözaltına alındı
        accusation: Gazeteci tutuklandı
        accusation: Sekiz yıl hapis cezası
        accusation: Rüşvet soruşturması
        accusation: Eski başkan yolsuzlukla suçlanıyor
    """,
    "ar": """
        death: وفاة عامل في موقع بناء
        death: مقتل شخصين في حريق
        death: ارتفاع عدد القتلى إلى 12
        violence: إطلاق نار في المدينة
        violence: قصف مستشفى في غزة
        violence: إصابة أربعة عمال في انفجار بالمصنع
        violence: اغتصاب في السجن
        suicide: انتحار عامل مفصول
        minors: فقدان طفلة عمرها 9 سنوات
        minors: أطفال بين الضحايا
        minors: اعتقال قاصر
        accusation: اعتقال ثلاثة نقابيين
        accusation: الحكم على ناشط بالسجن
        accusation: اتهام وزير بالفساد
        accusation: محاكمة صحفي
    """,
}


def lines(block: str) -> list[str]:
    return [line.strip() for line in block.strip().splitlines()]


def test_every_language_is_read() -> None:
    assert set(ORDINARY) == set(GRAVE) == set(SHIPPED)


@pytest.mark.parametrize("code", SHIPPED)
def test_ordinary_news_is_nothing_grave(code: str) -> None:
    known = language(code)
    listed = [word for words in known.sensitive.values() for word in words]
    cried = {line: known.finds(listed, line, known.harmless) for line in lines(ORDINARY[code])}
    assert {line: words for line, words in cried.items() if words} == {}


@pytest.mark.parametrize("code", SHIPPED)
def test_what_is_grave_is_found(code: str) -> None:
    known = language(code)
    for line in lines(GRAVE[code]):
        category, headline = line.split(": ", 1)
        assert known.finds(known.sensitive[category], headline, known.harmless), line
