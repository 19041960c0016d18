"""The studio's own process: all that opens hostile files, sets type, paints and encodes.

Whoever imports one of these files loads Pillow, numpy, pyvips or PyAV: `media.studio`
starts the process and imports none of them. What comes from where::

    __main__   reads orders, writes answers, within limits of memory and time
    card       one picture: the words of _column on their _ground (the picture, its shade)
    video      a film with its _sound: _frames of what moves (_backdrop) under words (_titles);
               _lettering makes layers of words, _planes are pixels as an encoder wants them
    crop       the part of a picture that is shown, by _attention; _hero opens the file
    _type      words as pixels: _fitting chooses their size and _lines where a line ends,
               _pango measures and draws them, in the _fonts that are shipped
    _colour    contrast
    _logo      a site's logo, and the plate that it may need
    _soft      the blurred ground around a picture, and edges that dissolve into it
"""
