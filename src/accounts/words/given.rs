//! Given names common in France, whatever their origin: a name written there is a person's, even beside a desk's word.

use std::collections::HashSet;
use std::sync::LazyLock;

/// In lower case, without accents.
const NAMES: &str = "\
    aaron abdel abdelaziz abdelhak abdelhamid abdelkader abdelkrim abdellah abdelmalek abderrahmane abdou \
    abdoulaye abel abigail achraf adaeze adam adama adele adeline adem adil adjoa adnan adrien adrienne agata \
    agathe agnes agnieszka ahmed aicha aida akiko akissi alain alan alban albane albert alberto alessandro alex \
    alexandra alexandre alexei alexis alfred ali alice alicia alienor aline alix alizee alma alois amadou \
    amandine amar amaury amaya ambre ambroise amel amelie amin amina aminata amine amir amira ana anais anas \
    anass anastasia anders andrea andreas andree andrei andrew andriy aneta angel angela angele angelina \
    angelique anh anis anissa anita ann anna annabelle anne annelies annette annick annie anouk anselme anthony \
    antoine antoinette antonella antonin antonio arlette armand armelle arnaud arsene arthur assia astrid aude \
    audran audrey auguste augustin augustine aurelia aurelie aurelien aurore awa axel axeline axelle aylin \
    aymeric ayoub ayse aziz aziza baptiste barbara barnabe barthelemy basile bastien bastienne beata beatrice \
    beatriz benedict benedicte benjamin benoit berenice bernadette bernard bertille bertin bertrand bianca bienvenu bienvenue bilal \
    binta bintou bjorn blaise blanche blandine bogdan boris boubacar bozena brahim bram brice brieuc brigitte \
    brune bruno bryan burak camille candice capucine carine carl carla carlos carole carolina caroline cassandre \
    catherine cecile cedric celeste celestin celestine celia celine cem cesar chantal charlene charles charlie \
    charline charlotte charly cheikh chen chiara chidi chinedu chloe christel christelle christian christiane \
    christina christine christophe christopher cindy claire clara clarisse claude claudette claudia claudie \
    claudine claudio clemence clement clementine cloe clotilde clovis colette colin coline come constance \
    constant constantin coralie corentin corinne cosima coumba cristian cristina cyprien cyrielle cyril cyrille \
    daisy dalila damien dan daniel daniela daniele danielle danny danuta daphne david deborah delphin delphine \
    denis denise deniz desire diana diane didier dieter dieudonne dimitri dimitry djamel djamila djibril dmitri \
    dominique donatien dora dorian doriane doris dorota dorothee dragos driss dylan edgar edith edmond edouard \
    eduardo edwige edwin elea elena eleonora eleonore eliane elias elie eliette elif elina eline eliot elisa \
    elisabeth elise elliot elodie eloise elouan els elsa elvire elzbieta emeka emeline emeric emile emilie \
    emilien emilio emine emma emmanuel emmanuelle emre enora enzo ercan eric erik erika erine ernest erwan esme \
    esteban estelle esther ethan etienne eugene eugenie eva evan eve evelien eveline evelyne ewa ewelina fabien \
    fabienne fabio fabrice fadila faiza fanchon fanny fantine fares farid farida fatih fatiha fatima fatma fatou \
    fatoumata faustine felicie felipe felix ferdinand fernand fernanda fernando fidele filip filipe filiz fiona \
    firmin flavie flavien flavio fleur flora florence florent florentin florestan florian floriane florin \
    foucauld francesca francesco francine francis francisco franck francois francoise frank fred frederic \
    frederique gabin gabriel gabriele gabriella gabrielle gael gaelle gaetan gaia gaspard gaston gauthier \
    gautier gauvain genevieve geoffrey geoffroy george georges georgette geraldine gerard germain germaine \
    gerome gersende gheorghe ghislain ghislaine gilbert gilberte gildas gilles gina ginette giovanni gisele \
    giulia giuseppe gladis gladys gontran gonzalo goran grazyna gregoire gregory guenaelle guenther guilhem \
    guillaume guillermo gulsen gunter gunther gustave guy gwenael gwenaelle gwendoline gwenole habib habiba \
    hadrien hafida hafsa hajar hakan hakim hakima halil halima halina hamid hamza hanna hannah hans harmonie \
    harold harry hassan hatice hawa hector heidi heinz helder helena helene heloise henri henriette henry \
    hermine herve hicham hilda hippolyte hiroshi hoang hocine honore honorine hortense houari houria hubert hugo \
    hugues huguette hulya huong huseyin ibrahim ibrahima idriss ifeoma ignace igor ihsan ikram ilan ilana ilda \
    ilham ilona ilse ilyas ilyes iman imane imen imran ines ingeborg ingmar ingrid ioana ion ionut irene irenee \
    irina iris isaac isabel isabella isabelle isaure isis ismael ismail ismaila issa ivan iwona izia jacek jack \
    jacky jacqueline jacques jade jalila jamal jamel james jamila jan jana jane janine janusz jasmine javier \
    jawad jean jeanbaptiste jeanette jeanine jeanne jennifer jenny jeremie jeremy jeroen jerome jerzy jessica \
    jesus jim jo joachim joan joana joanna joao joaquim joaquin joel joelle joerg johan johann johanna johanne \
    john joke jonas jonathan joost jordan jorg jorge joris jose josee joseph josephine josette joshua josiane \
    josue joy joyce jozef juan judith juergen jules julia julian juliana juliane julie julien julienne juliette \
    julio june jurgen justin justine kader kadiatou kamel kamil kamila karel karim karima karin karine karl \
    karla katarzyna kate katell kathleen kathy katia kawtar kees kelian kelly keltoum kemal ken kenji kenza \
    kerian kevin keziah khadija khady khaled khalid khalil kilian kim klaus koen koffi kouassi kris krzysztof \
    kwame kylian laetitia lahcen laila lamia lamine landry lara larissa lars lassana latifa laura laure laureen \
    laureline laurence laurene laurent laurentiu laurette laurie laurine lazare lea leana leandre leane leila \
    lena leo leon leonard leonce leonie leonor leopold leslie leticia leyla lia liam lies lieve lila lilas lili \
    lilian liliane lilou lina linda ling linh lino lionel lisa lise lison livia liviu loan loane loic lois lola \
    lorena lorenzo lorette lorine loris lou louane louis louisa louise louison louka louna lounes loup luan \
    lubin luc luca lucas lucette lucia lucie lucien lucienne lucile lucille lucy ludivine ludmila ludovic luigi \
    luis luisa luka lukas lukasz lydia lydie lyes lyna maarten maciej madeleine mado mady mae mael maelie maelis \
    maelle maelys maeva magali magalie magda magdalena mahamadou mai maimouna maite makan malek malgorzata malik \
    malika mallory malo malou malvina mamadou manal manon manuel manuela marc marceau marcel marcelin marceline \
    marcelle marcello marcelo marco marcos marek margaux margot marguerite maria mariam mariama mariame marian \
    mariana marianne marie marielle mariette marijke marilou marilyn marilyne marin marina marine mario marion \
    marisa marius mariusz marjorie marleen marlene marta martha marthe martial martin martine marvin marwa \
    marwan maryam maryline maryse maryvonne mateusz matheo mathew mathias mathieu mathilda mathilde mathis \
    mathurin mathys matteo matthias matthieu maud maureen maurice mauricette max maxence maxim maxime maximilien \
    maxine maya mederic medhi mehdi mehmet mei mel melaine melanie melchior melina melissa melodie melusine \
    mercedes meriem merlin meryem michael michel michele micheline michelle mickael miguel mihaela mihai mike \
    mila milan milena milo miloud mimi mina ming minh mircea mireille miriam mirko miroslaw modeste modibo \
    mohamed mohammed moise momo mona monica monika monique morane morgan morgane mouhamed mouloud mourad moussa \
    murat muriel murielle mustafa mustapha mylene myriam nabil nabila nacer nada nadege nadia nadine nael naelle \
    nafissatou naima nais najat najib nancy naomi narcisse nassim nassima natacha natalia natasha nathael \
    nathalie nathan nathanael nawel ndeye neal nele nelly nelson nestor ngoc ngozi nguyen nicodeme nicola \
    nicolas nicole nicoleta nikola nils nina nino noa noah noe noel noelie noeline noelle noemie nolan nolwenn \
    nora norah norbert nordin nordine nour noura noureddine nuno nuran oceane octave octavie odette odile odilon \
    oksana olaf oleg olena olga oliver olivia olivier olof oluwaseun olympe omar ombeline omer ophelie orane \
    orhan oriane orlane oscar osman othman otmane oumar oumou ousmane oussama ousseynou ovidiu ozlem pablo \
    pacome paloma pamela paola paolo pascal pascale patrice patricia patrick paul paula paule paulette paulin \
    pauline paulo pavel pawel pedro peggy penelope perle perrine peter petra phil philemon philippe philippine \
    pia pierig pierre pierrette pierrick pierrot pieter pietro piotr prisca priscilla prosper prudence prune \
    quentin quitterie quyen rabah rabia rachel rachid rachida radoslaw radu rafael rafaele rafik raissa ralph \
    ramatoulaye rania raoul raphael raphaele raphaelle raul rayan rayane raymond raymonde rebecca reda redouane \
    regine regis reine remi remy renata renaud rene renee reynald riad ricardo richard ridha rik rita riyad rkia \
    robert roberto robin rodolphe rodrigo rodrigue roger rokhaya roland romain romane romaric romeo romuald romy \
    ronan rosa rosalie rose roselyne rosemonde rosine roxana roxane roxanne ruben rudy rui ruth ryan ryszard \
    sabin sabine sabrina sacha sadia safia sahra said saida salah salem salif saliha salim salima salma salome \
    saloua salvatore sam samantha sami samia samir samira samson samuel samy sanaa sander sandra sandrine \
    santiago sara sarah sasha saskia saul savannah sebastien segolene sekou selim selma seraphin serena serge \
    sergei sergio serkan servane severin severine sevgi seydou shirley sia sibel sidonie siham silvia simeon \
    simon simona simone sirine slawomir sliman slimane smail sofia sofiane sohan soizic solal solange solene \
    solenne soline solveig sonia sonya sophia sophie soraya soren souad soufiane souleymane soumaya stan \
    stanislas stanislaw stefan stefania stefano stella stephan stephane stephanie steve steven stijn sultan \
    susana suzanne suzette suzie sven svetlana swann sybil sybille sylvain sylvaine sylvestre sylvette sylvia \
    sylviane sylvie tahar tanguy tania taoufik tarek tarik tatiana tayeb ted teddy terence teresa tess tessa \
    thais thanh thea thelma theo theodora theodore theophile therese thi thibaud thibault thibaut thierry \
    thiphaine thomas thouraya tiago tibo tim timeo timothe timothee tina tine tiphaine titouan tobias tom tomasz \
    tommy toni tony toufik touria toussaint tran tristan tristane tuncay ugo ulrich ulysse umit urbain ursula \
    urszula uwe vadim valentin valentina valentine valere valerie valery vanessa vasco vasile vera veronique \
    vianney vickie vicky victoire victor victoria victorien victorine vincent violaine violette virgile virginia \
    virginie viviane vivien vivienne vlad vladimir wael wafa wahiba wahid walid walter wanda wandrille wassila \
    wei wendy werner wilfrid wilfried willem william willy wim wissam wojciech wouter xavier xaviere xiao yacine \
    yael yaelle yamina yanick yanis yann yannick yannig yannis yasemin yasmina yasmine yasser yassine yazid \
    yoann yohan yohann yoko yolande youcef younes youness youri yousra youssef ysaline yuki yulia yusuf yvan \
    yves yvette yvon yvonne zahia zahra zaineb zakaria zakia zara zbigniew zehra zelia zelie zeynep zineb zoe \
    zoelie zofia zohra zora zouhir zuzana zuzanna";

static GIVEN: LazyLock<HashSet<&str>> = LazyLock::new(|| NAMES.split_whitespace().collect());

/// Tells whether a word, in lower case without accents, is a common given name.
pub(in crate::accounts) fn is_given(word: &str) -> bool {
    GIVEN.contains(word)
}
