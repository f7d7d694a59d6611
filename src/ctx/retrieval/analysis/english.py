"""English where it is irregular: the words that say nothing, and the forms no stemmer brings together."""

from __future__ import annotations

STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are aren't as at be because been before
    being below between both but by can can't cannot could couldn't did didn't do does doesn't doing
    don't down during each few for from further had hadn't has hasn't have haven't having he he's her
    here here's hers herself him himself his how how's i i'd i'll i'm i've if in into is isn't it it's
    its itself just let's me more most my myself no nor not now of off on once only or other our ours
    ourselves out over own same she she's should shouldn't so some such than that that's the their
    theirs them themselves then there there's these they they'll they're they've this those through to
    too under until up very was wasn't we we'll we're we've were weren't what what's when where where's
    which while who who's whom why will with won't would wouldn't you you'd you'll you're you've your
    yours yourself yourselves
    """.split()
)

# Each line: a base form and what is counted as it.
_FORMS = """
    go went gone goes going; buy bought; bring brought; think thought; catch caught; teach taught; make
    made; take took taken; get got gotten; give gave given; see saw seen; come came; become became;
    begin began begun; break broke broken; build built; choose chose chosen; draw drew drawn; drink
    drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feel felt; fight fought; find
    found; fly flew flown; forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; grow
    grew grown; hear heard; hide hid hidden; hold held; keep kept; know knew known; lead led; leave
    left; lend lent; lose lost; mean meant; meet met; pay paid; ride rode ridden; ring rang rung; rise
    rose risen; run ran; say said; sell sold; send sent; shake shook shaken; shine shone; shoot shot;
    show shown; sing sang sung; sink sank sunk; sit sat; sleep slept; speak spoke spoken; spend spent;
    stand stood; steal stole stolen; stick stuck; swim swam swum; swing swung; tear tore torn; tell
    told; throw threw thrown; understand understood; wake woke woken; wear wore worn; win won; write
    wrote written; child children kid kids; man men; woman women; person people; foot feet; tooth teeth;
    mouse mice; life lives; wife wives; leaf leaves; bite bit bitten; bleed bled; blow blew blown; breed
    bred; deal dealt; dig dug; feed fed; hang hung; lay laid; lie lain; light lit; seek sought; shrink
    shrank shrunk; slide slid; spring sprang sprung; strike struck; swear swore sworn; sweep swept; bind
    bound; wind wound; bear bore born borne; dream dreamt; learn learnt; burn burnt; spell spelt; bend
    bent; creep crept; mom mum mother mommy; dad father daddy
"""
BASE_FORMS = {form: forms[0] for line in _FORMS.split(";") if (forms := line.split()) for form in forms[1:]}
