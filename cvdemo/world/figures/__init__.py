"""How each object is drawn: one file per figure, each a function that draws onto a pen."""
