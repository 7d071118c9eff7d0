"""German, Austrian and Swiss names, frequent ones first, by the generation that bears them."""

from __future__ import annotations

from habitue.demo.chance import words

WOMEN_ELDER = words("""
Monika Ursula Karin Renate Sabine Petra Brigitte Gabriele Andrea Angelika Birgit Susanne Heike Barbara Martina
Christine Ute Elke Ingrid Christa Helga Marion Claudia Gisela Anja Cornelia Silke Bärbel Jutta Kerstin Regina
Doris Anke Ulrike Margit Beate Eva Sigrid Hannelore Christiane Annette Irene Rosemarie Edith Waltraud Gudrun
Katharina Margarete Elisabeth Marianne Roswitha Evelyn Ilona Veronika Hildegard Dagmar Ramona Simone Antje Heidi
Carola Friederike Johanna Käthe Lieselotte Ruth Erika Inge Astrid Bettina Sybille Dorothea Anneliese Regula
""")
WOMEN_YOUNGER = words("""
Julia Anna Katharina Laura Lena Sarah Lisa Sophie Marie Nina Christina Stefanie Jana Franziska Nadine Melanie
Jessica Vanessa Hannah Johanna Sandra Nicole Anne Janina Carolin Theresa Eva Maria Luisa Clara Charlotte Marlene
Lea Elena Paula Antonia Miriam Kathrin Isabel Helena Emma Mia Nele Greta Frieda Ida Leonie Pia Svenja Maike
Wiebke Rebecca Verena Magdalena Lara Jasmin Ronja Tabea Merle Josephine Amelie Annika Katja Daniela Sonja Tanja
Judith Lotte Mathilda Elisa Valerie Nora Rosa Selina Vroni Lilly Fiona Linda Victoria Alina Celina Annalena
""")
MEN_ELDER = words("""
Peter Wolfgang Michael Klaus Thomas Andreas Jürgen Hans Bernd Frank Uwe Manfred Stefan Ralf Günter Dieter Rainer
Werner Horst Karl Norbert Heinz Gerhard Holger Helmut Jörg Joachim Rolf Matthias Detlef Martin Volker Herbert
Dirk Walter Hartmut Josef Siegfried Franz Harald Reinhard Lutz Kurt Bernhard Armin Ulrich Georg Wilfried Gerd
Eberhard Heiko Axel Jens Rüdiger Lothar Karl-Heinz Hans-Peter Hans-Jürgen Hubert Erwin Otto Friedrich Ernst
Eckhard Burkhard Torsten Winfried Ludwig Gottfried Alois Urs Beat Reto Johann Leopold Götz
""")
MEN_YOUNGER = words("""
Christian Daniel Alexander Sebastian Tobias Jan Florian Philipp Lukas Felix Maximilian Jonas Simon Paul Tim
David Julian Benjamin Markus Dennis Marcel Patrick Fabian Moritz Niklas Leon Max Johannes Marco Robert Sven
Matthias Kevin Dominik Oliver Kai Nils Christoph Jakob Erik Lars Henrik Anton Emil Oskar Theo Finn Noah Elias
Ben Luis Vincent Konstantin Raphael Leonard Samuel Till Hannes Malte Björn Steffen Mario René Jannik Ole Lennart
Aaron Valentin Lorenz Xaver Severin Matteo Ruben Arne Gregor Frederik Bastian Timo Kilian Jörn
""")
LAST = words("""
Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf
Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier
Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller
Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke
Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß
Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann
Thomas Voigt Sauer Arnold Wolff Pfeiffer Hübner Lindner Voss Thiele Reuter Ernst Paul Seifert Hildebrandt Nagel
Ullrich Barth Ritter Kruse Haase Böttcher Wendt Kirchner Fiedler Marx Beyer Kaufmann Franz Wirth Bachmann Brückner
Michel Urban Döring Stark Runge Bischoff Sander Reinhardt Witt Göbel Weigel Petzold Schilling Hein Naumann Götz
Kretschmer Steinbach Rösler Kunze Heller Wiese Riedel Jahn Sperling Mertens Ehlers Petersen Hansen Jansen Carstens
Behrens Clausen Christiansen Thomsen Brinkmann Rademacher Ostermann Westphal Oppermann Niemann Tiedemann Rohde
Bode Heuer Meinhardt Uhlig Zschau Noack Mehnert Pietsch Hempel Löffler Rudolph Ebert Renner Stahl Hirsch Adler
Falk Specht Drescher Scherer Gerber Färber Weidner Grünewald Rosenthal Blumenthal Eichhorn Kiefer Buchholz Lindemann
Birnbaum Apel Ackermann Hagen Hinz Kunz Merkle Häberle Bäuerle Pfeifer Gruber Steiner Pichler Moser Egger
Hofer Leitner Brunner Aigner Eder Wimmer Haider Reiter Schwaiger Holzer Zwicky Ammann Bühler Gerber Frei Widmer
Zürcher Graber Aebi Lüthi Wyss Stocker Zbinden von_Arnim von_der_Heide van_Laack Müller-Lehmann Schulze-Delitzsch
""")
# Rare names are made of two parts, so that as few people as in life share both names.
STEMS = words("""
Stein Berg Wald Hof Linden Eichen Grün Schön Neu Alt Ober Nieder Hohen Rosen Wiesen Brunn Birken Sand Moos Rauch
Kalten Weiden Reich Lauter Schwarz Silber Sonnen Hasel Fürsten Kirch Mühl Vogel Falken Hirsch Königs Löwen
""")
ENDINGS = words("""
bauer maier müller hofer berger mann bacher felder huber thaler brunner egger walder reiter kamp rode stedt dorf
""")
NICKNAMES = {
    "Katharina": "Kathi",
    "Christine": "Christl",
    "Elisabeth": "Lisbeth",
    "Susanne": "Susi",
    "Gabriele": "Gabi",
    "Ursula": "Uschi",
    "Magdalena": "Leni",
    "Johanna": "Hanna",
    "Stefanie": "Steffi",
    "Charlotte": "Lotte",
    "Franziska": "Franzi",
    "Josephine": "Josi",
    "Margarete": "Grete",
    "Brigitte": "Gitte",
    "Angelika": "Geli",
    "Barbara": "Babsi",
    "Alexander": "Alex",
    "Maximilian": "Max",
    "Sebastian": "Basti",
    "Benjamin": "Ben",
    "Christoph": "Chris",
    "Christian": "Chris",
    "Michael": "Micha",
    "Johannes": "Hannes",
    "Matthias": "Matze",
    "Tobias": "Tobi",
    "Wolfgang": "Wolfi",
    "Joachim": "Achim",
    "Friedrich": "Fritz",
    "Philipp": "Phil",
    "Daniel": "Dani",
    "Niklas": "Nik",
    "Konstantin": "Kostja",
    "Manfred": "Manni",
    "Klaus": "Klausi",
    "Jürgen": "Jürgi",
    "Helmut": "Helle",
    "Günter": "Günni",
    "Thomas": "Tom",
    "Robert": "Rob",
}
