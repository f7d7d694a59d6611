"""The words that turn a statement into its opposite, in the languages that people write entries in.

Two sorts: a negation denies what stands beside it, and of two opposites one is read as the negation of the
other, so that "disabled" is "not enabled". Comparisons ("more than", "at least") are read as their signs.
"""

from __future__ import annotations

import re

# English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Swedish, Danish.
NEGATIONS = frozenset(
    """
    not no never none nor neither without cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt
    shouldnt couldnt hasnt havent mustnt neednt avoid refuse stop
    nicht nie niemals kein keine keinen keinem keiner keines ohne vermeide vermeiden
    ne pas jamais aucun aucune sans évite éviter évitez
    no nunca jamás sin ningún ninguna evita evitar evite
    non mai senza nessun nessuno nessuna evitare evitate
    não nao nem sem nenhum nenhuma jamais evite
    niet geen nooit zonder vermijd
    nie nigdy bez żaden żadnych żadna unikaj
    не нет никогда без нельзя ни избегайте
    inte aldrig ej utan ingen inget inga undvik
    ikke aldri uden uten intet undgå
    """.split()
)
# Each pair is one subject seen from two sides; the second word denies the first.
_OPPOSITES = """
    enable/disable enabled/disabled allow/forbid allowed/forbidden allow/disallow allow/deny allow/prohibit
    allowed/prohibited allowed/banned permit/deny permitted/prohibited accept/reject accepts/rejects
    required/optional require/forbid mandatory/optional same/separate same/different include/exclude
    included/excluded public/private sync/async synchronous/asynchronous true/false on/off open/closed
    safe/unsafe strict/lenient add/remove
    tracked/ignored supported/unsupported succeed/fail succeeds/fails
    increase/decrease increases/decreases faster/slower larger/smaller higher/lower upper/lower
    lowercase/uppercase manual/automatic manually/automatically eager/lazy eagerly/lazily blocking/nonblocking
    sequential/parallel sequentially/parallel serial/parallel mutable/immutable
    online/offline ascending/descending tabs/spaces read-only/writable
    erlaubt/verboten erlauben/verbieten zulässig/unzulässig aktiviert/deaktiviert aktivieren/deaktivieren
    einschalten/ausschalten gleichen/getrennten gleiche/eigene
    autorisé/interdit autorisée/interdite permis/interdit autoriser/interdire activer/désactiver
    activé/désactivé activée/désactivée même/séparé
    permitido/prohibido permitida/prohibida permitir/prohibir activar/desactivar activado/desactivado
    activada/desactivada habilitar/deshabilitar habilitado/deshabilitado mismo/separado
    consentito/vietato permesso/vietato consentire/vietare attivare/disattivare attivo/disattivo
    abilitato/disabilitato abilitare/disabilitare stesso/separato
    permitido/proibido permitida/proibida permitir/proibir ativar/desativar ativado/desativado
    ativada/desativada
    antes/depois mesmo/separado
    toegestaan/verboden toestaan/verbieden inschakelen/uitschakelen ingeschakeld/uitgeschakeld

    dozwolone/zabronione włączone/wyłączone włączyć/wyłączyć
    разрешено/запрещено разрешить/запретить включено/выключено включен/выключен включить/выключить
    включен/отключен включена/отключена
    tillåtet/förbjudet aktiverad/avaktiverad
    """
OPPOSITES = {
    bad: good for pair in _OPPOSITES.split() for good, _, bad in [pair.partition("/")] if good != bad
}
# Prefixes that deny the word behind them, where that word stands on the other side.
DENYING = ("non", "un", "in", "im", "dis", "de", "des", "dés", "dé", "mis", "onder", "niet", "anti")

# "Not only" and its like deny nothing.
NO_DENIAL = re.compile(
    r"\b(?:not (?:only|just)|no matter|nicht nur|non seulement|no s[óo]lo|non solo|n[ãa]o s[óo]|niet alleen|"
    r"не только|inte bara)\b",
    re.IGNORECASE,
)
# Chinese, Japanese and Korean write no spaces around what denies.
CJK_NEGATION = re.compile(
    "不要|不能|不可|不得|不应|不會|不会|不再|没有|沒有|切勿|禁止|禁用|停用|从不|從不|不|没|勿|别|"
    "ません|しない|ない|なかった|ずに|無効|"
    "않는다|않습니다|않는|않고|않도록|않|마십시오|마세요|지 마|금지|비활성|"
    "없다|없음|없이|안 "
)
CJK_ASSERTION = re.compile(
    "必须|必須|允许|許可|启用|啟用|有効|总是|總是|始终|常に|허용|활성|항상|可以|应该|應該|반드시"
)

# What says that something held once, and does not now.
NO_LONGER = re.compile(
    r"\b(?:no longer|not any ?more|nicht mehr|kein(?:e|en)? mehr|ne (?=\w+ plus)|ya no|niet meer|não mais|"
    r"больше не|inte längre|już nie)\b",
    re.IGNORECASE,
)
# "X, not Y" in one breath: what follows is a clause of its own, which is denied.
CONTRAST = re.compile(
    r"\b(?:instead of|rather than|as opposed to|anstelle von|anstatt|statt|au lieu de|plutôt que|en lugar de|"
    r"en vez de|invece di|invece che|em vez de|in plaats van|вместо|zamiast|i stället för)\b"
    r"|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bdo )(?<!\bdoes )(?<!\bdid )(?<!\bmust )"
    r"(?<!\bshould )(?<!\bcan )(?<!\bcould )(?<!\bmay )(?<!\bmight )(?<!\bwill )(?<!\bwould )(?<!\bshall )"
    r"(?<!\bhas )(?<!\bhave )(?<!\bhad )(?<=\w )not(?= \w)(?! only)(?! just)(?! any)",
    re.IGNORECASE,
)
COMPARISONS = (
    (re.compile(r"\b(?:before|bevor|vor|avant|antes d[eo]|prima di|до|przed|före|voordat)\b"), "before"),
    (re.compile(r"\b(?:after|nachdem|nach|après|después de|depois de|dopo|после|po|efter|nadat)\b"), "after"),
    (
        re.compile(
            r"\b(?:at least|no less than|mindestens|au moins|al menos|almeno|pelo menos|minstens|минимум)\b"
        ),
        ">=",
    ),
    (
        re.compile(
            r"\b(?:at most|up to|no more than|höchstens|au plus|como máximo|al massimo|no máximo|"
            r"hoogstens|максимум)\b"
        ),
        "<=",
    ),
    (
        re.compile(
            r"\b(?:(?:more|greater|larger|longer|higher) than|above|exceeds?|über|plus de|más de|più di|"
            r"mais de|meer dan|больше)\b"
        ),
        ">",
    ),
    (
        re.compile(
            r"\b(?:(?:less|fewer|smaller|shorter|lower) than|below|under|unter|moins de|menos de|meno di|"
            r"minder dan|меньше)\b"
        ),
        "<",
    ),
)

# A number behind one of these is a name: "phase 2" is no quantity.
NUMBERED = frozenset(
    """
    phase step part stage chapter section level tier page figure table issue pr ticket task rule principle
    milestone sprint iteration appendix adr rfc pep python node java go version schritt teil étape paso
    fase fas шаг
    """.split()
)

# Words that may come and go without changing what is said.
FILLER = frozenset(
    """
    a an the is are was were be been being am it its this that these those you your we our they their i my
    of to
    in on at for with by and or so then also just very really will would should shall must may can could do
    does
    did has have had always every each all only please there here from into as now still
    der die das den dem des ein eine einen einem einer ist sind war wird werden soll sollen muss müssen
    darf dürfen kann können
    immer und oder im am zu zum zur für mit von auf wir man sie es nur jetzt
    le la les un une des du de est sont être doit doivent peut toujours et ou dans en au aux pour avec par
    sur il
    elle on nous vous ce cette l d s
    el los las unos unas es son ser está debe deben puede siempre y o del al por para con se su lo
    il lo gli i uno è sono essere deve devono può sempre e nel nella della dei per con si
    os as um uma é são ser deve devem pode sempre do da dos das no na para com
    de het een zijn wordt worden moet moeten mag altijd en of van voor met op we
    jest są być zawsze i w na z do musi
    это быть всегда и в на с для должен должна должно должны можно мы
    är ska måste alltid och i på med det er skal altid altid og
    """.split()
) - {"no"}
