"""A bot that announces a newsroom's new articles on its own channels.

The words
    A *site* is a publication with *sources* (a feed, a sitemap, an API, a page)
    and *channels*; a channel is one account on one *platform*. An *article*
    becomes, on each channel chosen for it, a *teaser*: text, title, link, media.
    A *post* is one teaser on one channel for one *occasion*, with its state. The
    *queue* holds the posts that wait for a person, the *outbox* those that wait
    for their time. A channel posts inside its *windows*; one free moment in them
    is a *slot*, and a post gets its slot when it is approved. An *attempt* is one
    try to publish. The *key* is the mark by which a post is found again on its
    platform.

The line (each ‖ a committed row)
    source.ask → selection.choose ‖ desk.read → teaser.render → desk.illustrate →
    queue.hold ‖ filming ‖
    review.approve → schedule.next_slot ‖
    standing.check → watch.look → outbox.lease ‖ platform.publish → outbox.settle ‖
    platform.reconcile ‖   platform.extra ‖

    After the first ‖ an article waits for its page, whatever becomes of the source.
    After a lease nobody but the platform can tell what became of a post: whatever
    ends without its word is `unknown`, and looked for. The runs (`ingest.Poll`,
    `publisher`, `reconciler`, `followups`, `notices`) never call one another: each
    takes what it finds in the store at `now` and returns a small summary, called
    alike by the daemon, the commands and the tests. The life of a post is one table,
    `model.TRANSITIONS`.

The layers (a file imports only lower ones; `tests/test_architecture.py` holds it)
     0  errors                           the ways to fail, as a tree
     1  model  language  hours  zones    the words as values; nine languages; clocks
     2  text  http  identity  settings  credentials
                                         sentences and graphemes; the one HTTP session;
                                         sameness; what can be configured; secrets
     3  config  selection  schedule  pace  robots  editorial  fit
        site/  media/  store/  platforms/
                                         site/ reads feeds, sitemaps, pages, and what a
                                         site tells of itself; media/ is the studio that
                                         makes pictures and videos, in a process of its
                                         own; pace says when to ask next
     4  source  survey/                  one source asked; a whole site looked at
        teaser  queue  schema  drawn     a teaser rendered and fitted; a post held and
                                         approved; the settings as JSON Schema; a post as
                                         its platform shows it
     5  desk  health  proposal           a site with its channels, ready to make posts; how
        standing/                        sources do, in words; the file of a new site; may
                                         this channel post now
     6  ingest/  oneoff  review          the runs, and what an editor does and sees:
        publisher/  reconciler           sent; in doubt and looked for;
        followups  watch  filming        what follows a post; the last look at an article;
                                         videos, made after their posts are held;
        notices  login/  people          people told; a channel connected; who may sign in;
        status  revision  agenda  web/   how things stand; when posts go out; health, metrics
     7  app/                             the only assembly: reads clock and environment
     8  room/  doctor  demo/             the review pages; every check; a sample newsroom and
                                         stand-ins for the platforms, on loopback
     9  daemon                           ticks
    10  cli/                             one file per group of commands
"""

__version__ = "0.1.0"
