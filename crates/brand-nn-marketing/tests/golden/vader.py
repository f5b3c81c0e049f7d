"""Scores of sentences by vaderSentiment 3.3.2, which is where the lexicon comes from.

    python vader.py vader_lexicon.txt vader_emoji_lexicon.txt > vader.json
"""

import json
import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

SENTENCES = """
VADER is smart, handsome, and funny.
VADER is smart, handsome, and funny!
VADER is very smart, handsome, and funny.
VADER is VERY SMART, handsome, and FUNNY.
VADER is VERY SMART, handsome, and FUNNY!!!
VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!
VADER is not smart, handsome, nor funny.
The book was good.
The book was only kind of good.
At least it isn't a horrible book.
The plot was good, but the characters are uncompelling and the dialog is not great.
Today SUX!
Today only kinda sux! But I'll get by, lol
Make sure you :) or :D today!
Not bad at all
Catch utf-8 emoji such as 💘 and 💋 and 😁
🎉
😡😡 never again
The phone😍arrived, great
This is the shit and I love it
My new blender is the bomb, honestly
He is a bad ass driver in my opinion
We waited at the bus stop great fun
Sure this works yeah right great
That update was the kiss of death
These cookies are to die for, love
A beating heart of a great team
I have never been so happy with a lamp
I was never this happy with any lamp
Never so very good as on that day
It is without doubt great
Without a doubt great
It works without any great problem
This is the least helpful service I know
It is at least helpful
The very least helpful thing
least helpful
No problem with the delivery
No good or bad surprises here
There is no love, no joy and no hope
no
No, thanks
They rarely fail and seldom annoy
Despite the awful box it is a lovely toy
I can't recommend it, it wasn't worth it
The screen is VERY bad and the sound is HARDLY good
ALL CAPITALS ARE GREAT
it is GREAT
it is BAD
Great! Great!! Great!!! Great!!!!!
Is it good?
Is it good??
Is it good????
Why is it so terrible?!
good but bad but good
I liked the colour BUT the zip broke, sadly
sort of nice and just enough good
It was almost perfect and barely usable
Best purchase ever, extremely happy, highly recommended :-)
worst customer service, rude staff & dirty rooms :(
"Awesome" (really) -- 'wonderful' ...
the table has four legs
0 1 2 3
It ain't nice, nope, uh-uh nice
The movie was so good
well-made, user-friendly, top-notch
ok ok OK
How kind of you to help
lol lmao rofl
It isn't the least bit good
""".strip().split("\n")

analyzer = SentimentIntensityAnalyzer()
analyzer.lexicon_full_filepath, analyzer.emoji_full_filepath = (
    open(path, encoding="utf-8").read() for path in sys.argv[1:3]
)
analyzer.lexicon, analyzer.emojis = analyzer.make_lex_dict(), analyzer.make_emoji_dict()
rows = [{"text": text, **analyzer.polarity_scores(text)} for text in SENTENCES]
print("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]")
