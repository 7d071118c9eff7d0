"""Turkish, Polish, English and French names, as they live in German cities and abroad."""

from __future__ import annotations

from habitue.demo.chance import words

TURKISH_WOMEN = words("""
Ayşe Fatma Elif Zeynep Emine Hatice Merve Büşra Esra Aylin Derya Gülay Selin Özlem Şule Yasemin Ebru Sibel
""")
TURKISH_MEN = words("""
Mehmet Mustafa Ahmet Ali Murat Hüseyin Emre Can Deniz İbrahim Ömer Yusuf Burak Cem Kemal Serkan Uğur Volkan
""")
TURKISH_LAST = words("""
Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç
Kurt Özkan Şimşek Polat Korkmaz Güneş Erdoğan Acar Aksoy Bulut
""")
POLISH_WOMEN = words("""
Anna Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna Aleksandra Zofia Monika Beata
""")
POLISH_MEN = words("""
Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Łukasz Stanisław Grzegorz Wojciech Mateusz
""")
# Men's form and women's form.
POLISH_LAST = tuple(
    (pair.split("/")[0], pair.split("/")[1])
    for pair in words("""
Nowak/Nowak Kowalski/Kowalska Wiśniewski/Wiśniewska Wójcik/Wójcik Kowalczyk/Kowalczyk Kamiński/Kamińska
Lewandowski/Lewandowska Zieliński/Zielińska Szymański/Szymańska Woźniak/Woźniak Dąbrowski/Dąbrowska
Kozłowski/Kozłowska Jankowski/Jankowska Mazur/Mazur Kwiatkowski/Kwiatkowska Krawczyk/Krawczyk
""")
)
ENGLISH_WOMEN = words("""
Emily Sarah Jessica Charlotte Olivia Rachel Kate Lucy Hannah Grace Alice Victoria Megan Claire Amy
""")
ENGLISH_MEN = words("""
James Oliver William Thomas Jack Harry George Daniel Michael Andrew Matthew Edward Robert Liam Sean
""")
ENGLISH_LAST = words("""
Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Hughes
O'Brien Murphy Kelly MacDonald Clarke
""")
FRENCH_WOMEN = words("""
Marie Camille Léa Chloé Manon Sophie Céline Nathalie Isabelle Amélie Élodie Hélène Margaux Anaïs Geneviève
""")
FRENCH_MEN = words("""
Jean Pierre Nicolas Julien Thomas François Philippe Antoine Mathieu Luc Étienne Rémi Jérôme Jean-Luc Benoît
""")
FRENCH_LAST = words("""
Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia
Roux Fontaine Chevalier Lambert Girard Mercier Dupont Béranger Schmitt Meyer
""")
