"""Words that say nothing about what a post is about, by language (ISO 639-1).

Short lists of our own: articles, pronouns, prepositions, auxiliaries, and what the web adds (`rt`, `via`). A language
without a list keeps all its words.
"""

from __future__ import annotations

_ENGLISH = """
    a about above after again against all almost also although always am an and another any anybody anyone anything
    are aren't around as at away back be became because been before being below between both but by came can can't
    cannot come comes coming could couldn't did didn't do does doesn't doing don don't done down during each either
    else enough etc even ever every everybody everyone everything few for from further gave get gets getting give
    given go goes going gone gonna got gotta had hadn't has hasn't have haven't having he he'd he'll her here hers
    herself him himself his how however i i'd i'll i'm i've if in indeed instead into is isn't it it'd it'll its
    itself just keep keeps kept know let lets like ll look looking lot made make makes making many may maybe me
    might mine more most much must my myself need needs neither never no nobody none nor not nothing now of off
    often oh ok okay on once one only or other others our ours ourselves out over own per perhaps put quite rather
    re really right said same saw say says see seem seems seen shall she she'd she'll should shouldn't since so some
    somebody someone something sometimes soon still stuff such sure take taken takes tell than that that'll thats
    the their theirs them themselves then there therefore these they they'd they'll they're they've thing things
    think this those though through thus till to today together told too took toward try trying two un under until
    up upon us use used using ve very via want wanted wants was wasn't way we we'd we'll we're we've well went were
    weren't what whatever when where whether which while who whole whom whose why will with within without won't
    would wouldn't yeah yes yet you you'd you'll you're you've your yours yourself yourselves actually already amp
    anyway day days dont em first get gt guys he's hey im imo it's last let's literally lol lt lmao makes new omg
    pls please pretty rt she's smh tbh that's there's time today u ur what's year years
"""
_SPANISH = """
    a al algo ante antes como con contra cual cuando de del desde donde dos e el ella ellas ellos en entre era es
    esa ese eso esta está estaba están estar este esto estos fue ha hace han hasta hay he la las le les lo los mas
    más me mi mis muy nada ni no nos nosotros o otra otro para pero poco por porque que qué quien se sea ser si sí
    sin sobre son soy su sus también tan te tengo ti tiene todo todos tu tú un una uno unos va voy y ya yo
"""
_FRENCH = """
    à ai ainsi alors au aussi autre aux avec avoir bien c'est ça car ce ces cet cette comme dans de depuis des deux
    donc du elle elles en encore entre est et été être eu fait faire il ils j'ai je la là le les leur lui ma mais me
    même mes moi mon ne ni nos notre nous on ont ou où par pas peu peut plus pour qu qu'il quand que quel qui sa
    sans se ses si son sont sous sur ta te tes toi ton tous tout toute très tu un une va vos votre vous y
"""
_GERMAN = """
    ab aber alle allem allen aller alles als also am an andere auch auf aus bei beim bin bis bist da damit dann das
    dass dein dem den denn der des dich die dies diese dieser dieses dir doch dort du durch ein eine einem einen
    einer eines er es euch für ganz gegen hab habe haben hat hatte hier ich ihm ihn ihr ihre im immer in ins ist ja
    jetzt kann kein keine können man mehr mein meine mich mir mit muss nach nicht nichts noch nun nur ob oder ohne
    sehr sein seine sich sie sind so soll über um und uns unser unter vom von vor war waren warum was weil wenn wer
    werden wie wieder will wir wird wo wurde zu zum zur
"""
_PORTUGUESE = """
    a ao aos as até com como da das de dela dele do dos e é ela ele eles em entre era essa esse esta está estão este
    eu foi há isso isto já lhe mais mas me mesmo meu minha muito na não nas nem no nos nós o os ou para pela pelo
    por pra quando que quem se sem ser seu sua são só também te tem tenho ter teu tudo um uma uns você vocês
"""
_ITALIAN = """
    a ad ai al alla alle anche ancora c'è che chi ci come con cosa cui da dal dalla dei del della delle di dove e è
    ed era essere fa fatto gli ha hai hanno ho i il in io la le lei li lo loro lui ma me mi mia mio molto ne nel
    nella no noi non o ogni per perché più poi qui quando quella quello questa questo se sei senza si sì sono sta su
    sua suo te ti tu tutti tutto un una uno va vi voi
"""
_DUTCH = """
    aan al als bij dan dat de der deze die dit doen door dus een en er ga geen gewoon had heb hebben heeft het hier
    hij hoe ik in is ja je jij jullie kan maar me meer met mij mijn moet na naar niet niets nog nu of om omdat onder
    ons ook op over te toch tot uit van veel voor waar was wat we wel wie wij wil worden wordt zal ze zich zij zijn
    zo zou
"""

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(_ENGLISH.split()),
    "es": frozenset(_SPANISH.split()),
    "fr": frozenset(_FRENCH.split()),
    "de": frozenset(_GERMAN.split()),
    "pt": frozenset(_PORTUGUESE.split()),
    "it": frozenset(_ITALIAN.split()),
    "nl": frozenset(_DUTCH.split()),
}
