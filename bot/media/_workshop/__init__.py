"""The studio's own process: all that opens hostile files, sets type, paints and encodes.

Whoever imports one of these files loads Pillow, numpy, pyvips or PyAV: `media.studio`
starts the process and imports none of them. What comes from where::

    __main__   reads orders, writes answers, within limits of memory and time
    card       one picture: _ground (the picture, its shade) under _column (the words)
    video      a film: _frames of _backdrop and _titles, painted as _planes, with _sound
    crop       the part of a picture that is shown, by _attention; _hero opens the file
    _type      words as pixels: _fitting and _lines choose, _pango measures and draws
    _colour    contrast;   _logo, _lettering   a logo, and layers of words for the film
"""
