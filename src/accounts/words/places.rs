//! Places a desk is named after: the communes of the metropolis, large towns, the points of the compass.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words of their names, in lower case, without accents; those that are given names are left out.
const NAMES: &str = "\
    aisne allennes amiens ancoisne angers annoeullin anstaing argenteuil armentieres arras artois ascq aubers \
    baisieux bapaume baroeul bas basse bassee bauvin beaucamps beauvais besancon bethune bobigny bois bondues \
    bordeaux boulogne bousbecque bouvines brest caen calais cambrai cambresis camphin capinghem carembault \
    carnin centre centreville cergy chapelle chemy chereng comines creteil croix cysoing deule deulemont dijon \
    douai douaisis dunkerque emmerin englos ennetieres erquinghem escobecques esquermes est evry faches ferrain \
    fives flandre flandres fournes frelinghien fretin fromelles gondecourt grenier grenoble gruson hainaut \
    hallennes halluin hantay haubourdin haut hauts hellemmes hem herrin houplin houplines illies lambersart \
    lannoy leers lens lesquin lezennes lievin ligny lille limoges linselles lomme lompret loos lyon lys maisnil \
    mans marais marcq marque marquillies marseille maubeuge melantois metropole metz mons montpellier montreuil \
    moulins mouvaux mulhouse nancy nanterre nantes neuville nice nimes nord nordpas noyelles oise orleans ouest \
    paris pas perenchies peronne perpignan picardie pontoise premesques provin quesnoy radinghem reims rennes \
    ronchin roncq roubaix rouen sailly sainghin saint santes seclin sequedin somme strasbourg sud templemars \
    templeuve thumesnil toufflers toulon toulouse tourcoing tours tressin valenciennes vauban vendeville \
    verlinghem versailles vieille vieux villeneuve warneton wasquehal wattignies wattrelos wavrin wazemmes \
    weppes wervicq wicres willems";

static PLACES: LazyLock<HashSet<&str>> = LazyLock::new(|| NAMES.split_whitespace().collect());

/// Tells whether a word, in lower case without accents, belongs to the name of a place.
pub(in crate::accounts) fn is_place(word: &str) -> bool {
    PLACES.contains(word)
}
