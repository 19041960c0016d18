"""Pictures and videos: kept under the hash of their bytes, so that what was approved is sent.

Here is what asks and keeps, and loads nothing heavy; what draws is in `_workshop`, a
process of its own. What is where::

    base            orders and what comes of them, in the words of everybody else
    studio          starts the process and asks it, in lines of _wire
    layout          reads the files that say what stands where on a card
    storyboard      what a video shows from when until when
    picture, film   keep what an editor or an article gives; _kind tells what bytes are
    keeping         removes what no post needs any more; all is kept by _shelf
"""
